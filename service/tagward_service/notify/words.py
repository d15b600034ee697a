"""The news in words: Markdown for a file, Slack's mrkdwn for a webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tagward.diagnostics import printable
from tagward_service.notify.news import News
from tagward_service.outputs.markdown import cell
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import KeptFinding

LONGEST = 300
"""Characters of one thing that is told."""
MOST_NOT_SCANNED = 10

_SECTION = 3000
"""Characters that Slack takes in the text of a block (api.slack.com, Block Kit, section)."""

Show = Callable[[str], str]


def headline(news: News) -> str:
    """Say the news in one line."""
    told, scan, summary = news.told, news.told.scan, news.told.summary
    covered = summary.coverage_percent
    stands = (
        "nothing to judge"
        if covered is None
        else f"{covered:g} % of {summary.taggable:,} resources compliant"
    )
    state = "" if scan.state.value == "complete" else f" ({scan.state.value})"
    return f"{scan.cloud} scan {scan.id}{state}: {stands}, {told.new:,} new, {told.fixed:,} fixed"


def markdown(news: News) -> str:
    """Write the news as Markdown."""
    lines = [f"### tagward: {cell(headline(news))}", ""]
    scan, goal = news.told.scan, f"threshold {news.told.threshold:g} %"
    lines += [f"policy {cell(f'{scan.policy_name} {scan.policy_version}')}, {goal}", ""]
    for title, body in _sections(news, cell):
        lines += [f"**{title}**", "", *(f"- {line}" for line in body), ""]
    return "\n".join(lines)


def slack(news: News) -> dict[str, Any]:
    """Write the news as Slack's incoming webhooks take it; others that speak the same show `text`."""
    blocks = [_block(f"*tagward: {_mrkdwn(headline(news))}*")]
    for title, body in _sections(news, _mrkdwn):
        blocks.append(_block("\n".join([f"*{title}*", *(f"• {line}" for line in body)])))
    return {"text": f"tagward: {_mrkdwn(headline(news))}", "blocks": blocks}


def _block(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_SECTION]}}


def _sections(news: News, show: Show) -> Iterator[tuple[str, list[str]]]:
    if news.new:
        yield f"New ({news.told.new:,})", _listed(news.new, news.told.new, show)
    if news.fixed:
        yield f"Fixed ({news.told.fixed:,})", _listed(news.fixed, news.told.fixed, show)
    if news.not_scanned:
        yield f"Not scanned ({len(news.not_scanned):,})", _unread(news.not_scanned, show)


def _listed(findings: Iterable[KeptFinding], count: int, show: Show) -> list[str]:
    lines = [show(_short(f"{each.code} {each.resource_id}: {each.message}")) for each in findings]
    return [*lines, f"and {count - len(lines):,} more"] if count > len(lines) else lines


def _unread(entries: tuple[NotEvaluated, ...], show: Show) -> list[str]:
    ordered = sorted(entries, key=lambda entry: not entry.incomplete)
    lines = [show(_short(f"{each.what}: {each.why}")) for each in ordered[:MOST_NOT_SCANNED]]
    return [*lines, f"and {len(entries) - len(lines):,} more"] if len(entries) > len(lines) else lines


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


_SHOWN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{mark: f"\u200b{mark}\u200b" for mark in "*_~`"}}
"""What Slack wants escaped, and marks kept by invisible spaces from pairing up."""


def _mrkdwn(text: str) -> str:
    """Show a text as it is: no link, no mention, no entity, and nothing bold, struck or italic in it."""
    return "".join(_SHOWN.get(character, character) for character in printable(text))
