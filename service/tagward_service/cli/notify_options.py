"""Whom a scan tells what has changed: `--notify`, `--notify-file`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tagward_service.cli import options
from tagward_service.cli.failures import complain
from tagward_service.cli.settings import Settings
from tagward_service.cli.terminal import wants_color
from tagward_service.cli.writing import write_file

if TYPE_CHECKING:
    from tagward.policy import Policy
    from tagward_service.notify.telling import Telling
    from tagward_service.store.interface import Store

NOTIFY = options.Option(
    name="notify",
    metavar="URL",
    many=True,
    secret=True,
    help="post what has changed to this webhook (https, JSON as Slack takes it), once or several times; "
    "better as $TAGWARD_NOTIFY, as arguments can be seen by others",
)
NOTIFY_FILE = options.Option(
    name="notify_file", metavar="FILE", help="write what has changed to this file, as Markdown"
)
NOTIFY_OPTIONS = (NOTIFY, NOTIFY_FILE)


def telling_of(settings: Settings) -> Telling:
    """Read whom to tell, before anything is scanned; raises UsageError, which repeats no URL."""
    from tagward_service.notify.telling import Telling
    from tagward_service.notify.webhook import webhook

    file = settings.text("notify_file")
    return Telling(tuple(map(webhook, settings.texts("notify"))), Path(file) if file else None)


def tell_of(store: Store, scan: int, policy: Policy, telling: Telling, settings: Settings) -> None:
    """Tell what a finished scan has changed; what could not be sent is a warning."""
    from tagward_service.notify.telling import tell

    color = wants_color(sys.stderr, settings.text("color") or "auto")
    for fault in tell(store, scan, policy, telling, write=write_file):
        complain(fault, color=color, label="warning")
