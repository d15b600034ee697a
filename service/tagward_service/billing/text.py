"""Coverage by cost as text: what is charged to whom, what is not, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tagward.diagnostics import printable
from tagward.judging.spelling import shorten
from tagward_service.billing.amounts import Amounts
from tagward_service.billing.breakdowns import Breakdown, Group
from tagward_service.billing.gap_list import Gap
from tagward_service.billing.money import exact_percent
from tagward_service.billing.readiness import HARMFUL
from tagward_service.billing.report import BillingReport
from tagward_service.billing.text_money import shown
from tagward_service.cli.tables import aligned
from tagward_service.coverage.forecast import LEAST_DAYS
from tagward_service.coverage.text import forecast_text
from tagward_service.outputs import Style
from tagward_service.outputs.text_summary import no_command, progress_bar

MOST = 10
"""So many groups, gaps and pieces of work are listed; the other formats have them all."""

WIDE = 48
"""So much of a name is shown."""

STEPS = {
    "untaggable": "untaggable (no resource, or nothing that takes tags)",
    "shared": "shared services",
    "support": "support plans",
    "tax": "tax",
    "credits": "credits",
    "refunds": "refunds (lines below zero)",
    "corrections": "corrections of earlier months",
    "adjustments": "adjustments",
    "commitment_purchases": "commitments bought",
    "commitment_unused": "commitments not used",
    "elsewhere": "other providers",
}
"""What the classes that are not chargeable are called."""


def text(report: BillingReport, style: Style) -> str:
    """Tell how it stands, in lines."""
    lines = [_coverage(report, style)] if style.quiet else _lines(report, style)
    return "\n".join(lines) + "\n"


def _lines(report: BillingReport, style: Style) -> Iterator[str]:
    yield _coverage(report, style)
    yield _resources(report)
    yield from _waterfall(report)
    yield from _periods(report, style)
    for breakdown in report.breakdowns:
        yield from _breakdown(breakdown, style)
    yield from _tags(report)
    yield from _gaps(report)
    yield from _fixes(report)
    yield from _recovery(report)
    yield from _forecast(report)
    yield from _readiness(report)
    yield from _findings(report)
    yield f"policy    {printable(f'{report.policy_name} {report.policy_version}')}, as of {report.as_of}"


def _coverage(report: BillingReport, style: Style) -> str:
    amounts, threshold = report.totals.of(report.basis), report.readiness.threshold
    if amounts.percent is None:
        return "coverage  nothing to judge: nothing in the bill can be tagged and costs money"
    good = (amounts.exact_percent or 0) >= threshold
    bar = progress_bar(amounts.percent, threshold, unicode=style.unicode)
    painted = f"\x1b[{'32' if good else '33'}m{bar}\x1b[0m" if style.color else bar
    money = f"{shown(amounts.attributable)} of {shown(amounts.chargeable)} {report.currency}"
    share = f"{amounts.percent:g} %   threshold {threshold:g} %"
    return f"coverage  {painted} {share}: {money} ({report.basis} cost){_rounded_down(amounts)}"


def _rounded_down(amounts: Amounts) -> str:
    """Say where a share would be a tenth more to the nearest: others write it so."""
    share, exact = amounts.percent or 0.0, amounts.exact_percent or 0.0
    return f"; {int(exact * 10_000) / 10_000:g} %, rounded down" if f"{share:.1f}" != f"{exact:.1f}" else ""


def _resources(report: BillingReport) -> str:
    figures = report.by_resource
    share = "-" if figures.percent is None else f"{figures.percent:g} %"
    return f"resources {share}, {figures.compliant:,} of {figures.resources:,} are compliant"


def _waterfall(report: BillingReport) -> Iterator[str]:
    """Go from everything to what is attributable; the steps add up without a rest."""
    totals = report.totals
    yield f"from the whole bill to what is attributable, in {report.currency}"
    rows: list[tuple[str, str, str]] = [("", "effective", "billed"), ("whole bill", *_both(report, "whole"))]
    for name, called in STEPS.items():
        effective, billed = totals.effective.classes[name], totals.billed.classes[name]
        if effective or billed:
            rows.append((f"- {called}", shown(effective), shown(billed)))
    for name in ("chargeable", "unattributed", "attributable"):
        rows.append((f"{'- ' if name == 'unattributed' else '= '}{name}", *_both(report, name)))
    widths = [max(len(row[column]) for row in rows) for column in (1, 2)]
    padded = [(row[0], row[1].rjust(widths[0]), row[2].rjust(widths[1])) for row in rows]
    yield from aligned(padded).splitlines()


def _both(report: BillingReport, name: str) -> tuple[str, str]:
    return shown(getattr(report.totals.effective, name)), shown(getattr(report.totals.billed, name))


def _periods(report: BillingReport, style: Style) -> Iterator[str]:
    if len(report.periods) < 2:
        return
    yield "by month"
    yield from _table(
        (
            each.name or "(no date)",
            _percent(each.totals.of(report.basis).percent),
            _small_bar(each.totals.of(report.basis).percent, style),
            f"of {shown(each.totals.of(report.basis).chargeable)}{'' if each.closed else ', not over'}",
        )
        for each in report.periods
    )


def _breakdown(breakdown: Breakdown, style: Style) -> Iterator[str]:
    if not breakdown.groups:
        return
    yield f"by {printable(breakdown.dimension)}"
    yield from _table(_group(each, style) for each in breakdown.groups[:MOST])
    yield from _more(len(breakdown.groups) - MOST)


def _group(group: Group, style: Style) -> tuple[str, ...]:
    name = no_command(group.name) or "(none)"
    titled = f"{name} {no_command(group.title)}" if group.title else name
    return titled, _percent(group.percent), _small_bar(group.percent, style), f"of {shown(group.chargeable)}"


def _tags(report: BillingReport) -> Iterator[str]:
    asked = [each for each in report.tags if each.asked]
    if asked:
        yield "tags"
    yield from _table(
        (
            each.tag,
            f"{_percent(each.present_percent)} present",
            f"{_percent(each.valid_percent)} right",
            f"of {shown(each.asked)} asked for it",
        )
        for each in asked
    )


def _gaps(report: BillingReport) -> Iterator[str]:
    dear = [each for each in report.gaps if each.cost > 0]
    if dear:
        yield f"not attributable, resource by resource ({len(dear):,})"
    yield from _table(map(_gap, dear[:MOST]))
    yield from _more(len(dear) - MOST)


def _gap(gap: Gap) -> tuple[str, ...]:
    what = shorten(no_command(gap.name or gap.resource.rpartition("/")[2] or gap.resource), WIDE)
    exempt = " (exempt)" if gap.exempt else ""
    return (
        f"{shown(gap.cost):>12}",
        what or "(none)",
        gap.service,
        f"{', '.join(gap.tags)}{exempt}",
        _seen(gap),
    )


def _seen(gap: Gap) -> str:
    """Say what scans know of it."""
    if gap.scan is None or gap.scan.state == "untold":
        return ""
    if not gap.scan.findings:
        return "never scanned" if gap.scan.state == "never" else "scanned, and nothing is open"
    codes = dict.fromkeys(each.code for each in gap.scan.findings)
    return f"{', '.join(codes)} since {min(each.first_seen for each in gap.scan.findings)}"


def _fixes(report: BillingReport) -> Iterator[str]:
    fixes = report.fixes
    if not fixes.pieces:
        return
    pieces = (
        "1 piece of work reaches" if len(fixes.pieces) == 1 else f"{len(fixes.pieces):,} pieces of work reach"
    )
    at_most = "" if fixes.reachable else " no more than"
    yield f"fewest fixes: {pieces}{at_most} {_percent(fixes.percent_after).strip()}"
    chargeable = report.totals.of(report.basis).chargeable
    yield from _table(
        (
            f"{shown(each.cost):>12}",
            f"+{exact_percent(each.cost, chargeable) or 0:.1f} %",
            no_command(" ".join(dict.fromkeys((each.cloud, each.account, each.account_name)))).rstrip(),
            f"{', '.join(each.tags)} on {each.resources:,}",
        )
        for each in fixes.pieces[:MOST]
    )
    yield from _more(len(fixes.pieces) - MOST)


def _recovery(report: BillingReport) -> Iterator[str]:
    it = report.recovery
    if it.recoverable:
        kinds = ", ".join(f"{kind} {shown(cost)}" for kind, cost in it.kinds.items())
        yield f"recoverable without asking anybody: {shown(it.recoverable)} {report.currency} ({kinds})"
    if it.unexamined > 0:
        yield f"  {shown(it.unexamined)} {report.currency} in small sums was not looked at"


def _forecast(report: BillingReport) -> Iterator[str]:
    if report.forecast.outlook == "unknown":
        yield f"forecast  cannot tell from {len(report.periods)} of the {LEAST_DAYS} months that it takes"
    else:
        yield f"forecast  {forecast_text(report.forecast, report.readiness.threshold)}"


def _readiness(report: BillingReport) -> Iterator[str]:
    if report.readiness.ready:
        yield "chargeback ready"
        return
    yield "chargeback is not ready"
    yield from (f"  {each}" for each in report.readiness.missing)


def _findings(report: BillingReport) -> Iterator[str]:
    if report.findings:
        yield "about the files"
    for each in report.findings:
        lines = f"{each.lines:,} line{'' if each.lines == 1 else 's'}: " if each.lines else ""
        yield f"  {each.code} {printable(each.file)}: {lines}{printable(each.message)}"
        if each.code in HARMFUL:
            yield f"    {printable(each.fix)}"


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"  and {count:,} more; -f json and -f csv list them"


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    return aligned(list(rows)).splitlines()


def _percent(share: float | None) -> str:
    return f"{'-' if share is None else f'{share:g} %':>7}"


def _small_bar(share: float | None, style: Style) -> str:
    full, empty = ("█", "░") if style.unicode else ("#", ".")
    filled = int((share or 0.0) / 10)
    return full * filled + empty * (10 - filled)
