"""`--show-config`: every setting with its origin, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tagward_service.cli.settings import Settings
from tagward_service.cli.tables import aligned


def config_shown(settings: Settings, *defaults: Callable[[Settings], object]) -> bool:
    """Show the settings if that is asked for, and say whether it was.

    `defaults` are called first: they supply what is only found out when it is needed.
    """
    if not settings.flag("show_config"):
        return False
    if "as_of" in settings:
        settings.supply("as_of", settings.day("as_of").isoformat(), "today")
    for supply in defaults:
        supply(settings)
    sys.stdout.write(aligned(settings.table(), indent=""))
    return True
