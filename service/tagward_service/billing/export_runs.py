"""Exports that keep what they wrote before: of each period, only what the newest run wrote counts.

AWS Data Exports that create new files put each run under `BILLING_PERIOD=2026-05/2026-05-09T...-ID/`.
Azure puts runs under a range of dates, `20260501-20260531/`: by the time of the run (202605090310), by an id,
or as files that end with an id. Each run holds the whole period so far, so that adding runs up would count
costs many times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from tagward_service.billing.files import BillFile

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_RUN = re.compile(
    r"^(?P<period>.*(?:^|/)(?:BILLING_PERIOD=\d{4}-\d{2}|\d{8}-\d{8})/(?:[^/]+/)??)"
    rf"(?:(?P<time>\d{{4}}-\d{{2}}-\d{{2}}T[^/]*|\d{{12}}|\d{{14}})/|(?P<folder>{_ID})/|(?P<name>[^/]*)_(?P<file>{_ID})\.)",
    re.IGNORECASE,
)


class Runs(Struct, frozen=True):
    """The files that count, and those that a later run of the same export replaced."""

    newest: tuple[BillFile, ...]
    older: tuple[BillFile, ...]


def newest_runs(files: Sequence[BillFile]) -> Runs:
    """Keep the files of the newest run of each export and period; files named one by one all count."""
    newest = _newest(files)
    older = {file.path for file in files if file.found and _is_older(file, newest)}
    return Runs(
        tuple(file for file in files if file.path not in older),
        tuple(file for file in files if file.path in older),
    )


_Age = tuple[str, float, str]


def _newest(files: Iterable[BillFile]) -> dict[str, _Age]:
    """Return the newest run of each export and period."""
    newest: dict[str, _Age] = {}
    for period, age in _runs(files):
        newest[period] = max(newest.get(period, age), age)
    return newest


def _runs(files: Iterable[BillFile]) -> Iterator[tuple[str, _Age]]:
    for file in files:
        found = _run(file)
        if file.found and found:
            yield found


def _is_older(file: BillFile, newest: dict[str, _Age]) -> bool:
    found = _run(file)
    return found is not None and found[1][::2] != newest[found[0]][::2]


def _run(file: BillFile) -> tuple[str, _Age] | None:
    """Return the export and period of a file, and of its run the time in its name, when it wrote, its id."""
    found = _RUN.match(file.path.replace("\\", "/"))
    if found is None:
        return None
    time = found["time"] or ""
    export = found["period"] + (found["name"] or "")
    return export, (time, 0 if time else file.modified, found["folder"] or found["file"] or "")
