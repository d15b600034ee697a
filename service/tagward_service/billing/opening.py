"""Bills opened where they are: files are read here, tables stay with their engine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tagward.errors import UsageError
from tagward_service.billing.bill import Bill, read_bill
from tagward_service.billing.holder import Holder


def open_bill(places: Iterable[str], state: Path | None = None, engine: str = "") -> Bill | Holder:
    """Read files, or look at the tables of an engine at an address; raises InputError and UsageError."""
    if not engine:
        return read_bill(places, state)
    if state:
        raise UsageError(
            "`--billing-state` keeps what was read of files; with `--engine` nothing is read here"
        )
    from tagward_service.billing.engines.connecting import connected
    from tagward_service.billing.lines_in_tables import LinesInTables

    return LinesInTables(connected(engine), list(places))
