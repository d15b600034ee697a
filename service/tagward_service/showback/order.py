"""In which order pools are split: one that feeds another comes before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.showback.rules import POOL, Rule


def ordered(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Sort rules so that each comes after those that feed it, as written otherwise; raises UsageError."""
    by_id = {rule.id: rule for rule in rules}
    graph: dict[str, list[str]] = {rule.id: [] for rule in rules}
    for rule in rules:
        for fed in feeds(rule):
            if fed not in by_id:
                raise UsageError(f"allocation {quoted(rule.id)} feeds `pool:{fed}`, which there is not")
            graph[fed].append(rule.id)
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise UsageError(f"pools feed each other in a circle: {circle}; one of them has to end it") from None
    return tuple(by_id[name] for name in _in_turn(sorter, list(by_id)))


def feeds(rule: Rule) -> tuple[str, ...]:
    """Return the ids of the pools that a rule gives shares to."""
    named = (*rule.shares, *rule.among, *_mapped(rule))
    return tuple(dict.fromkeys(name.removeprefix(POOL) for name in named if name.startswith(POOL)))


def _mapped(rule: Rule) -> tuple[str, ...]:
    from msgspec import UnsetType

    return () if isinstance(rule.metric, UnsetType) else tuple(rule.metric.map.values())


def _in_turn(sorter: TopologicalSorter[str], written: list[str]) -> Iterator[str]:
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=written.index)
        yield from ready
        sorter.done(*ready)
