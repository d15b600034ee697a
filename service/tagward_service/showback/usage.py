"""Usage that shared costs are split by: metric files, and the allocations of OpenCost as they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import file_digest
from pathlib import Path
from typing import Any

import msgspec

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import InputError
from tagward_service.billing.money import EXACT
from tagward_service.showback.allocating import Usage
from tagward_service.showback.rules import MONTH

COLUMNS = ("period", "metric", "target", "quantity")
"""The columns of a metric file: month (2026-10), name, value of the target tag, and how much."""

_BEHIND_MONTH = re.compile(r"(|-[0-9]{2}([T ].*)?)", re.DOTALL)
"""A day or a time may say the month, too: usage is added up."""

_LARGEST = 60
"""So many digits a quantity has before the point at most, that sums stay exact."""

Reading = tuple[str, str, str, Decimal]
"""Period, metric, target, quantity."""


class _Allocation(msgspec.Struct, rename="camel"):
    """One allocation of OpenCost, as `AllocationJSON` in its core/pkg/opencost/allocation_json.go.

    Numbers that are none (0/0) are null there, and so are properties that nobody knows.
    """

    name: str
    start: str = ""
    end: str = ""
    minutes: float | None = None
    properties: dict[str, Any] | None = None
    cpu_core_hours: float | None = None
    cpu_core_request_average: float | None = None
    ram_byte_hours: float | None = None
    ram_byte_request_average: float | None = None
    gpu_hours: float | None = None


class _Answer(msgspec.Struct):
    """What /allocation/compute answers: a list of sets, one for each step."""

    data: list[dict[str, _Allocation] | None]


def read_usage(files: Iterable[Path], team: str) -> Usage:
    """Read metric files and add them up; `team` is the tag whose value OpenCost's labels hold.

    Raises InputError for a file that is no such thing.
    """
    used: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for file in _once(files):
        for period, metric, target, quantity in _readings(file, team):
            targets = used[period, metric]
            targets[target] = EXACT.add(targets[target], quantity)
    return {key: dict(targets) for key, targets in used.items()}


def _once(files: Iterable[Path]) -> Iterator[Path]:
    """Refuse a file that is there twice, under whatever name: its usage would count double."""
    seen: dict[bytes, Path] = {}
    for file in files:
        first = seen.setdefault(_digest(file), file)
        if first is not file:
            raise InputError(str(file), f"holds the same as {quoted(str(first))}; name it once")
        yield file


def _digest(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return file_digest(stream, "blake2b").digest()
    except OSError as error:
        raise InputError(str(file), f"cannot be read: {(error.strerror or 'failed').lower()}") from None


def _readings(file: Path, team: str) -> Iterator[Reading]:
    try:
        if file.suffix.lower() == ".json":
            yield from _opencost(file, file.read_bytes(), team)
        else:
            yield from _table(file)
    except OSError as error:
        raise InputError(str(file), f"cannot be read: {(error.strerror or 'failed').lower()}") from None


def _table(file: Path) -> Iterator[Reading]:
    """Read a CSV or Parquet file; quantities stay exact."""
    import duckdb

    file.stat()
    source = "read_parquet(?)" if file.suffix.lower() == ".parquet" else "read_csv(?, all_varchar = true)"
    with duckdb.connect() as connection:
        try:
            names = [row[0] for row in connection.execute(f"DESCRIBE FROM {source}", [str(file)]).fetchall()]
            chosen = ", ".join(_column(file, names, each) for each in COLUMNS)
            rows = connection.execute(f"SELECT {chosen} FROM {source}", [str(file)]).fetchall()  # noqa: S608
        except duckdb.Error as error:
            raise InputError(str(file), f"cannot be read: {str(error).partition(chr(10))[0]}") from None
    for number, row in enumerate(rows, 2):
        yield _reading(file, number, *((cell or "").strip() for cell in row))


def _reading(file: Path, number: int, period: str, metric: str, target: str, quantity: str) -> Reading:
    """Check one row: what is no month, or of nobody, would be left out of every split in silence."""
    if not MONTH.fullmatch(period[:7]) or not _BEHIND_MONTH.fullmatch(period[7:]):
        wrong = f"{quoted(period)} is no month, as 2026-10"
    elif not metric or not target:
        wrong = f"no {'target' if metric else 'metric'}"
    else:
        return period[:7], metric, target, _quantity(file, number, quantity)
    raise InputError(str(file), f"line {number}: {wrong}")


def _column(file: Path, names: list[str], wanted: str) -> str:
    for name in names:
        if name.strip().lower() == wanted:
            quoted_name = name.replace('"', '""')
            return f'CAST("{quoted_name}" AS VARCHAR)'
    guess = did_you_mean(wanted, names)
    hint = f"did you mean `{guess}` to be it?" if guess else f"it has {', '.join(names[:8])}"
    raise InputError(str(file), f"a metric file needs the column {quoted(wanted)}; {hint}")


def _quantity(file: Path, number: int, text: str) -> Decimal:
    try:
        quantity = Decimal(text)
        if not quantity.is_finite() or quantity < 0 or quantity.adjusted() > _LARGEST:
            raise ValueError
    except (ArithmeticError, ValueError):
        raise InputError(str(file), f"line {number}: {quoted(text)} is no quantity, 0 or more") from None
    return quantity


def _opencost(file: Path, content: bytes, team: str) -> Iterator[Reading]:
    """Read allocations of OpenCost; its metrics are told by the label of the team, else by namespace."""
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError(str(file), f"not an answer of OpenCost's /allocation: {error}") from None
    for step in answer.data:
        for allocation in (step or {}).values():
            period, target = _month(file, allocation), _target(allocation, team)
            for metric, quantity in _quantities(allocation):
                if quantity > 0:
                    yield period, metric, target, Decimal(repr(quantity))


def _month(file: Path, allocation: _Allocation) -> str:
    """Return the month that an allocation ran in; its end is the first moment that is not part of it."""
    try:
        start, end = (datetime.fromisoformat(each) for each in (allocation.start, allocation.end))
        first, last = (f"{each:%Y-%m}" for each in (start, max(start, end - timedelta(seconds=1))))
    except (ValueError, TypeError, OverflowError):
        where = f"the allocation {quoted(allocation.name)} does not say when it ran"
        raise InputError(str(file), f"{where}; `start` and `end` are times") from None
    if first != last:
        where = f"the allocation {quoted(allocation.name)} ran over the end of a month"
        raise InputError(str(file), f"{where}; ask OpenCost for days: `step=1d`")
    return first


def _target(allocation: _Allocation, team: str) -> str:
    properties = allocation.properties or {}
    labels = properties.get("labels")
    if isinstance(labels, Mapping):
        # OpenCost writes label names as Prometheus does: `ml-team` is `ml_team`.
        for key in (team, "".join(sign if sign.isalnum() else "_" for sign in team)):
            if isinstance(labels.get(key), str):
                return str(labels[key])
    namespace = properties.get("namespace")
    return namespace if isinstance(namespace, str) else allocation.name


def _quantities(allocation: _Allocation) -> Iterator[tuple[str, float]]:
    hours = (allocation.minutes or 0.0) / 60
    yield "cpu_core_hours", allocation.cpu_core_hours or 0.0
    yield "cpu_core_request_hours", (allocation.cpu_core_request_average or 0.0) * hours
    yield "ram_byte_hours", allocation.ram_byte_hours or 0.0
    yield "ram_byte_request_hours", (allocation.ram_byte_request_average or 0.0) * hours
    yield "gpu_hours", allocation.gpu_hours or 0.0
