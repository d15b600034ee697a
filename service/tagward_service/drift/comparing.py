"""From two sides to what differs between them, target by target."""

from collections.abc import Iterator, Sequence

from tagward.diagnostics import quoted
from tagward.policy import Allowed, Matches, Policy, Workload
from tagward_generators.deciding.comparing import Comparison, Hints, When, compare
from tagward_generators.deciding.families import family, missing_engine, parsed
from tagward_generators.deciding.kubernetes.kinds import knowing
from tagward_generators.deciding.rulings import Family, Undecided
from tagward_generators.deciding.sentences import tellings
from tagward_generators.deciding.words import listed
from tagward_service.drift.report import ObjectState, TargetDrift, Unjudged
from tagward_service.drift.sides import Objects

_NAMED = 3
"""So many places and artifacts are named."""


def compare_target(
    target: str, was: Objects, now: Objects, hints: Hints, workloads: Sequence[Workload] = ()
) -> TargetDrift:
    """Compare what two sides hold for a target; `workloads` are the kinds that the policy adds."""
    states = tuple(_states(was, now))
    if all(each.state == "same" for each in states):
        return TargetDrift(target, states)
    found = family(target)
    why = missing_engine(target) if found else "nothing here evaluates it"
    if found is None or why:
        return TargetDrift(target, states, unjudged=tuple(_unjudged(was, now, why)))
    with knowing(workloads):
        return _compared(found, states, was, now, hints)


def hints_of(policy: Policy, target: str) -> Hints:
    """List the values that a policy itself gives for a key: what it accepts, and what it replaces."""
    cloud = target.partition("-")[0]
    hints: dict[str, list[str]] = {}
    for tag in policy.tags:
        values = hints.setdefault(tag.keys.get(cloud, tag.id), [])
        values += tag.constraint.values if isinstance(tag.constraint, Allowed) else ()
        values += [tag.example] if isinstance(tag.constraint, Matches) and tag.example else []
        values += tag.replaces
    return hints


def _compared(
    found: Family, states: tuple[ObjectState, ...], was: Objects, now: Objects, hints: Hints
) -> TargetDrift:
    comparison = compare(found, found.read(was), found.read(now), hints)
    return TargetDrift(
        found.name,
        states,
        tellings(comparison.differences),
        (*(Unjudged(side, each) for side, each in comparison.undecided), *_blind(comparison)),
        comparison.requests,
        comparison.cut,
    )


def _blind(comparison: Comparison) -> Iterator[Unjudged]:
    """Say where nothing is accepted by either side: what else they say there is not known."""
    if comparison.blind:
        what = f"what is asked of {listed(comparison.blind, most=_NAMED)}"
        yield Unjudged("both", Undecided(what, "no tags were found that either side accepts", what))


def _states(was: Objects, now: Objects) -> Iterator[ObjectState]:
    for name in sorted({*was, *now}):
        if name not in was:
            yield ObjectState(name, "missing")
        elif name not in now:
            yield ObjectState(name, "extra")
        else:
            yield ObjectState(name, "same" if parsed(was[name]) == parsed(now[name]) else "different")


def _unjudged(was: Objects, now: Objects, why: str) -> Iterator[Unjudged]:
    """Say of what is different, or on one side only, that nobody judged it."""
    for name in sorted({*was} & {*now}):
        if parsed(was[name]) != parsed(now[name]):
            yield Unjudged("both", Undecided(quoted(name), why, now[name]))
    sides: tuple[tuple[When, Objects, Objects], ...] = (("was", was, now), ("now", now, was))
    for side, these, others in sides:
        only = sorted({*these} - {*others})
        if only:
            yield Unjudged(side, Undecided(listed(list(map(quoted, only)), most=_NAMED), why, ""))
