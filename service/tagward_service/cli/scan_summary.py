"""The text of a scan: not every finding, but how it stands, what is new and what nobody could read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tagward.diagnostics import printable
from tagward_service.outputs import Style
from tagward_service.outputs.text_summary import missing_to, progress_bar
from tagward_service.outputs.text_unread import unread_lines
from tagward_service.scan.told import Share, TagShare, Told
from tagward_service.store.interface import ScanState

_MOST_ACCOUNTS = 5
_INDENT = " " * 10


def text(told: Told, style: Style, billing: Sequence[str] = ()) -> str:
    """Tell of a scan, in lines; `billing` are those about what reaches the bill."""
    if style.quiet:
        return _headline(told) + "\n"
    return "\n".join(_lines(told, style, billing)) + "\n"


def _lines(told: Told, style: Style, billing: Sequence[str]) -> Iterator[str]:
    yield from unread_lines(told.unread)
    yield _headline(told)
    if told.summary.taggable:
        yield f"coverage  {_bar(told, style)}"
    yield from _accounts(told.accounts)
    yield from _tags(told.tags)
    yield f"findings  {_findings(told)}"
    for number, line in enumerate(billing):
        yield f"{_INDENT if number else 'billing   '}{line}"
    policy = f"{told.scan.policy_name} {told.scan.policy_version}"
    yield f"policy    {printable(policy)}, as of {told.scan.as_of}"


def _headline(told: Told) -> str:
    """Say what was scanned and how far it got."""
    scan, summary = told.scan, told.summary
    shard = f", shard {scan.shard}" if scan.shard else ""
    accounts = _count(len(told.accounts), "account")
    state = scan.state.value
    if scan.state is ScanState.INTERRUPTED:
        why = printable(told.ended_by) or "it ended early"
        state = f"interrupted, as {why}: {scan.parts_done} of {scan.parts} parts done, the next run goes on"
    resources = _count(summary.resources, "resource")
    return f"scan {scan.id}    {scan.cloud}{shard}: {resources} in {accounts}, {_took(told)}; {state}"


def _bar(told: Told, style: Style) -> str:
    summary, percent = told.summary, told.summary.coverage_percent or 0.0
    bar = progress_bar(percent, told.threshold, unicode=style.unicode)
    missing = missing_to(told.threshold, summary)
    goal = (
        f"{told.threshold:g} % is reached" if not missing else f"{missing:,} more make {told.threshold:g} %"
    )
    return (
        f"{percent:g} %  {bar}  {summary.compliant:,} of {summary.taggable:,} taggable resources compliant, "
        f"{summary.exempt:,} exempt; {goal}"
    )


def _accounts(accounts: tuple[Share, ...]) -> Iterator[str]:
    """List the least covered accounts, where there are several."""
    shown = [share for share in accounts if share.summary.taggable][:_MOST_ACCOUNTS]
    if len(accounts) < 2:
        return
    width = max((len(printable(share.name)) for share in shown), default=0)
    for share in shown:
        summary = share.summary
        percent = f"{summary.coverage_percent or 0.0:g} %"
        yield (
            f"{_INDENT}{printable(share.name):<{width}}  {percent:>7}"
            f"  {summary.compliant:,} of {summary.taggable:,}"
        )
    if len(accounts) > len(shown):
        others = _count(len(accounts) - len(shown), "account")
        yield f"{_INDENT}and {others} more; see `tagward coverage --by account`"


def _tags(tags: tuple[TagShare, ...]) -> Iterator[str]:
    width = max((len(printable(each.tag)) for each in tags), default=0)
    label = "tags      "
    for each in tags:
        yield (
            f"{label}{printable(each.tag):<{width}}  {_percent(each.present, each.asked):>7} present"
            f"  {_percent(each.valid, each.asked):>7} right  of {each.asked:,} asked for it"
        )
        label = _INDENT


def _findings(told: Told) -> str:
    counts = ", ".join(
        f"{count:,} {severity}" for severity, count in reversed(told.severities.items()) if count
    )
    return f"{counts or 'none open'}; {told.exempt:,} exempt; {told.new:,} new, {told.fixed:,} fixed"


def _took(told: Told) -> str:
    seconds = max(round(told.took.total_seconds()), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "under 1 s"


def _percent(part: int, whole: int) -> str:
    """Write a share in percent, rounded down to one decimal."""
    return f"{part * 1000 // whole / 10:g} %" if whole else "-"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
