"""What teams cost: direct, their share of the platform, and what nobody has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from tagward_service.billing.money import total
from tagward_service.exports.csv_rows import Cell, lines
from tagward_service.showback.json_showback import (
    JsonAlert,
    JsonCharge,
    JsonDispute,
    JsonMonth,
    JsonRun,
    JsonShowback,
)
from tagward_service.web.asked import TeamsAsked
from tagward_service.web.board import Board
from tagward_service.web.charts.chart import Chart, Sizes
from tagward_service.web.charts.stacked import MOST, Part, stacked
from tagward_service.web.words import CLASSES, brief, month

FEE, UNALLOCATED, REST = "shared platform fee", "unallocated", "other"
GROUPS = {
    "workload_type": "workload type",
    "project": "project",
    "environment": "environment",
    "team": "team",
}

_COLOURS = tuple(f"var(--chart-{number})" for number in range(1, MOST + 1))
_MOST_RUNS = 12


class TeamRow(Struct, frozen=True):
    """One team over the months that are shown; `percent` is its share of what is shown."""

    name: str
    direct: Decimal
    shared: Decimal
    percent: float

    @property
    def whole(self) -> Decimal:
        """Everything it pays."""
        return total((self.direct, self.shared))


class Column(Struct, frozen=True):
    """One part of the bars, with its amount in every month."""

    name: str
    colour: str
    amounts: tuple[Decimal, ...]

    @property
    def whole(self) -> Decimal:
        """Sum the months up."""
        return total(self.amounts)


class Choices(Struct, frozen=True):
    """What can be filtered by."""

    projects: tuple[str, ...]
    workload_types: tuple[str, ...]
    environments: tuple[str, ...]
    periods: tuple[str, ...]
    currencies: tuple[str, ...]


class TeamsView(Struct, frozen=True):
    """What the page of all teams, or of one, shows."""

    asked: TeamsAsked
    team: str
    currency: str
    choices: Choices
    narrowed: bool
    """Only direct costs are shown, as what is shared has no project, workload type or environment."""
    rows: tuple[TeamRow, ...]
    nobody: tuple[tuple[str, Decimal], ...]
    periods: tuple[str, ...]
    unfinished: str
    """The month that is not over, where it is shown."""
    columns: tuple[Column, ...]
    chart: Sizes | None
    months: tuple[JsonMonth, ...]
    alerts: tuple[JsonAlert, ...]
    disputes: tuple[JsonDispute, ...]
    notes: tuple[str, ...]
    runs: tuple[JsonRun, ...]
    runs_partial: bool

    @property
    def whole(self) -> Decimal:
        """Sum up everything that is shown."""
        return total((*(each.whole for each in self.rows), *(amount for _, amount in self.nobody)))

    @property
    def direct(self) -> Decimal:
        """Sum up what teams use themselves."""
        return total(each.direct for each in self.rows)

    @property
    def shared(self) -> Decimal:
        """Sum up what teams share."""
        return total(each.shared for each in self.rows)

    @property
    def unallocated_percent(self) -> float:
        """Return the share of what nobody has."""
        return float(self.unallocated * 100 / self.whole) if self.whole > 0 else 0.0

    @property
    def unallocated(self) -> Decimal:
        """Sum up what nobody has."""
        return total(amount for _, amount in self.nobody)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Return what is to be drawn."""
        return self.chart.both if self.chart else ()


def teams_of(board: Board) -> frozenset[str]:
    """Return the teams that have a cost."""
    return frozenset(each.team for each in board.shares.report.teams) if board.shares else frozenset()


def view(board: Board, asked: TeamsAsked, team: str = "") -> TeamsView | None:
    """Put the page of all teams together, or of one; None where there is no showback."""
    if board.shares is None:
        return None
    report = board.shares.report
    choices = _choices(report)
    currency = asked.currency or (choices.currencies[0] if choices.currencies else "")
    found = list(_selected(report.charges, asked, currency, team))
    periods = tuple(sorted({each.period for each in found}))
    columns = _columns(found, asked.group, periods)
    narrowed = bool(asked.project or asked.workload_type or asked.environment)
    return TeamsView(
        asked=asked,
        team=team,
        currency=currency,
        choices=choices,
        narrowed=narrowed,
        rows=_rows(found),
        nobody=_nobody(found),
        periods=periods,
        unfinished=next((each for each in periods if each >= f"{board.as_of:%Y-%m}"), ""),
        columns=columns,
        chart=_chart(columns, periods, team, currency, asked.group),
        months=tuple(each for each in report.months if each.currency == currency),
        alerts=_of_team(report.alerts, team, asked.period),
        disputes=tuple(each for each in report.disputes if team in ("", each.team, each.to)),
        notes=() if team else report.notes,
        runs=_runs(report, team, asked.period),
        runs_partial=report.training_runs.partial,
    )


def _choices(report: JsonShowback) -> Choices:
    direct = [each for each in report.charges if each.kind == "direct"]
    currencies: dict[str, Decimal] = defaultdict(Decimal)
    for each in report.months:
        currencies[each.currency] += abs(Decimal(each.billed))
    return Choices(
        tuple(sorted({each.project for each in direct if each.project})),
        tuple(sorted({each.workload_type for each in direct if each.workload_type})),
        tuple(sorted({each.environment for each in direct if each.environment})),
        tuple(sorted({each.period for each in report.months}, reverse=True)),
        tuple(sorted(currencies, key=lambda each: (-currencies[each], each))),
    )


def _selected(
    charges: Iterable[JsonCharge], asked: TeamsAsked, currency: str, team: str
) -> Iterator[JsonCharge]:
    wanted = {
        "currency": currency,
        "period": asked.period,
        "team": team,
        "project": asked.project,
        "workload_type": asked.workload_type,
        "environment": asked.environment,
    }
    wanted = {name: value for name, value in wanted.items() if value}
    return (each for each in charges if all(getattr(each, name) == value for name, value in wanted.items()))


def _rows(charges: Sequence[JsonCharge]) -> tuple[TeamRow, ...]:
    sums: dict[str, dict[str, list[Decimal]]] = defaultdict(lambda: {"direct": [], "shared": []})
    for each in charges:
        if each.kind != "unallocated":
            sums[each.team][each.kind].append(Decimal(each.amount))
    whole = total(Decimal(each.amount) for each in charges)
    rows = [_row(name, total(kinds["direct"]), total(kinds["shared"]), whole) for name, kinds in sums.items()]
    return tuple(sorted(rows, key=lambda row: (-row.whole, row.name)))


def _row(name: str, direct: Decimal, shared: Decimal, whole: Decimal) -> TeamRow:
    share = float(total((direct, shared)) * 100 / whole) if whole > 0 else 0.0
    return TeamRow(name, direct, shared, share)


def _nobody(charges: Iterable[JsonCharge]) -> tuple[tuple[str, Decimal], ...]:
    """Sum up what nobody has, by reason."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in charges:
        if each.kind == "unallocated":
            reason = CLASSES.get(each.reason, each.reason)
            sums[reason] = total((sums[reason], Decimal(each.amount)))
    return tuple(sorted(sums.items(), key=lambda each: (-each[1], each[0])))


def _columns(charges: Sequence[JsonCharge], group: str, periods: Sequence[str]) -> tuple[Column, ...]:
    """Part every month by the group; fee and unallocated stay apart, and small groups are put together."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for each in charges:
        name = _part(each, group)
        sums[name][each.period] = total((sums[name][each.period], Decimal(each.amount)))
    kept = sorted(sums.keys() - {FEE, UNALLOCATED}, key=lambda name: (-total(sums[name].values()), name))
    if len(kept) > MOST:
        for name in kept[MOST - 1 :]:
            for period, amount in sums.pop(name).items():
                sums[REST][period] = total((sums[REST][period], amount))
        kept = [*kept[: MOST - 1], REST]
    coloured = [
        *zip(kept, _COLOURS, strict=False),
        (FEE, "var(--chart-fee)"),
        (UNALLOCATED, "var(--chart-none)"),
    ]
    return tuple(
        Column(name, colour, tuple(sums[name].get(period, Decimal(0)) for period in periods))
        for name, colour in coloured
        if name in sums
    )


def _part(charge: JsonCharge, group: str) -> str:
    if charge.kind == "unallocated":
        return UNALLOCATED
    if charge.kind == "shared" and group != "team":
        return FEE
    return getattr(charge, group) or f"no {GROUPS[group]}"


def _chart(
    columns: Sequence[Column], periods: Sequence[str], team: str, currency: str, group: str
) -> Sizes | None:
    if not columns or not periods:
        return None
    parts = [
        Part(month(period), column.name, float(amount))
        for column in columns
        for period, amount in zip(periods, column.amounts, strict=True)
        if amount
    ]
    title = f"Cost by month and {GROUPS[group]}{f' of {team}' if team else ''}, in {currency}"
    said = ", ".join(f"{column.name} {brief(column.whole)}" for column in columns)
    colours = [(column.name, column.colour) for column in columns]
    return stacked(title, f"{len(periods)} months: {said}", parts, [month(each) for each in periods], colours)


def _of_team(alerts: Iterable[JsonAlert], team: str, period: str) -> tuple[JsonAlert, ...]:
    found = [each for each in alerts if team in ("", each.team) and period in ("", each.period)]
    return tuple(sorted(found, key=lambda each: (each.period, each.team), reverse=True))


def _runs(report: JsonShowback, team: str, period: str) -> tuple[JsonRun, ...]:
    runs = [each for each in report.training_runs.runs if team == each.team and period in ("", each.period)]
    return tuple(sorted(runs, key=lambda each: -Decimal(each.amount))[:_MOST_RUNS])


def as_csv(board: Board, asked: TeamsAsked, team: str = "") -> Iterator[str]:
    """Write the charges as CSV, with every digit."""
    yield from lines(_cells(board, asked, team))


def _cells(board: Board, asked: TeamsAsked, team: str) -> Iterator[tuple[Cell, ...]]:
    yield JsonCharge.__struct_fields__
    charges = board.shares.report.charges if board.shares else ()
    for each in _selected(charges, asked, asked.currency, team):
        yield tuple(getattr(each, name) for name in JsonCharge.__struct_fields__)
