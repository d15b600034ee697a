"""Whom a scan tells that something has changed: `--notify`, `--notify-file`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tagward_service.cli import options
from tagward_service.cli.failures import complain
from tagward_service.cli.settings import Settings

if TYPE_CHECKING:
    from tagward_service.notify.telling import Telling
    from tagward_service.scan.told import Told
    from tagward_service.store.interface import Store

NOTIFY = options.Option(
    name="notify",
    metavar="URL",
    many=True,
    secret=True,
    help="post what is new, fixed or not scanned to a webhook, as Slack takes it; it is a secret: better set "
    "as TAGWARD_NOTIFY",
)
NOTIFY_FILE = options.Option(
    name="notify_file", metavar="FILE", help="write what is new, fixed or not scanned as Markdown"
)


def told_to(settings: Settings) -> Telling:
    """Read whom to tell; raises UsageError before anything is scanned."""
    from tagward_service.cli.writing import check_file
    from tagward_service.notify.telling import Telling
    from tagward_service.notify.webhook import webhook

    file = settings.text("notify_file")
    if file:
        check_file(Path(file), makes_folders=True)
    return Telling(tuple(map(webhook, settings.texts("notify"))), Path(file) if file else None)


def tell(store: Store, told: Told, whom: Telling, *, color: bool) -> None:
    """Tell them; what could not be told is a warning, and the scan none the worse for it."""
    from tagward_service.cli.writing import write_file
    from tagward_service.notify import telling

    for fault in telling.tell(store, told, whom, write=write_file) if whom.file or whom.webhooks else ():
        complain(fault, color=color, label="warning")
