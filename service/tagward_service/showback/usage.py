"""Usage that shared costs are split by: metric files, and the allocations of OpenCost as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import InputError
from tagward_service.showback.allocating import Usage

COLUMNS = ("period", "metric", "target", "quantity")
"""The columns of a metric file: month (2026-10), name, value of the target tag, and how much."""

Reading = tuple[str, str, str, Decimal]
"""Period, metric, target, quantity."""


class _Window(msgspec.Struct):
    start: str


class _Allocation(msgspec.Struct, rename="camel"):
    """One allocation of OpenCost, as `AllocationJSON` in its core/pkg/opencost/allocation_json.go."""

    name: str
    window: _Window
    minutes: float = 0.0
    properties: dict[str, Any] = {}
    cpu_core_hours: float = 0.0
    cpu_core_request_average: float = 0.0
    ram_byte_hours: float = 0.0
    ram_byte_request_average: float = 0.0
    gpu_hours: float = 0.0


class _Answer(msgspec.Struct):
    """What /allocation/compute answers: a list of sets, one for each step."""

    data: list[dict[str, _Allocation] | None]


def read_usage(files: Iterable[Path], team: str) -> Usage:
    """Read metric files and add them up; `team` is the tag whose value OpenCost's labels hold.

    Raises InputError for a file that is no such thing.
    """
    used: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for file in files:
        for period, metric, target, quantity in _readings(file, team):
            used[period, metric][target] += quantity
    return {key: dict(targets) for key, targets in used.items()}


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
    for number, (period, metric, target, quantity) in enumerate(rows, 2):
        yield str(period)[:7], str(metric), str(target or ""), _quantity(file, number, quantity)


def _column(file: Path, names: list[str], wanted: str) -> str:
    for name in names:
        if name.strip().lower() == wanted:
            quoted_name = name.replace('"', '""')
            return f'CAST("{quoted_name}" AS VARCHAR)'
    guess = did_you_mean(wanted, names)
    hint = f"did you mean `{guess}` to be it?" if guess else f"it has {', '.join(names[:8])}"
    raise InputError(str(file), f"a metric file needs the column {quoted(wanted)}; {hint}")


def _quantity(file: Path, number: int, text: str | None) -> Decimal:
    try:
        quantity = Decimal(text or "")
        if not quantity.is_finite() or quantity < 0:
            raise ValueError
    except (ArithmeticError, ValueError):
        raise InputError(str(file), f"line {number}: {quoted(str(text))} is no quantity, 0 or more") from None
    return quantity


def _opencost(file: Path, content: bytes, team: str) -> Iterator[Reading]:
    """Read allocations of OpenCost; its metrics are told by the label of the team, else by namespace."""
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError(str(file), f"not an answer of OpenCost's /allocation: {error}") from None
    for step in answer.data:
        for allocation in (step or {}).values():
            target = _target(allocation, team)
            for metric, quantity in _quantities(allocation):
                if quantity > 0:
                    yield allocation.window.start[:7], metric, target, Decimal(repr(quantity))


def _target(allocation: _Allocation, team: str) -> str:
    labels = allocation.properties.get("labels")
    if isinstance(labels, Mapping):
        # OpenCost writes label names as Prometheus does: `ml-team` is `ml_team`.
        for key in (team, "".join(sign if sign.isalnum() else "_" for sign in team)):
            if isinstance(labels.get(key), str):
                return str(labels[key])
    namespace = allocation.properties.get("namespace")
    return namespace if isinstance(namespace, str) else allocation.name


def _quantities(allocation: _Allocation) -> Iterator[tuple[str, float]]:
    hours = allocation.minutes / 60
    yield "cpu_core_hours", allocation.cpu_core_hours
    yield "cpu_core_request_hours", allocation.cpu_core_request_average * hours
    yield "ram_byte_hours", allocation.ram_byte_hours
    yield "ram_byte_request_hours", allocation.ram_byte_request_average * hours
    yield "gpu_hours", allocation.gpu_hours
