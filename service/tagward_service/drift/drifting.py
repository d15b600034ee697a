"""The whole comparison: what is compiled today with a directory, or with what is deployed."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.drift.comparing import compare_target, hints_of
from tagward_service.drift.compiled import Compiled
from tagward_service.drift.deployed import READERS, Wanted, readable, reader
from tagward_service.drift.report import DriftReport, TargetDrift
from tagward_service.drift.sides import Found, Objects


def against(before: Compiled, now: Compiled, policy: Policy | None) -> DriftReport:
    """Compare with what was compiled before."""
    was, today = before.side.targets, now.side.targets
    drifts = (
        _drift(name, was.get(name, {}), today.get(name, {}), policy) for name in dict.fromkeys((*today, *was))
    )
    return DriftReport(before.side.label, now.side.label, tuple(drifts))


def against_deployed(
    now: Compiled, policy: Policy | None, chosen: Sequence[str], scopes: Mapping[str, str]
) -> DriftReport:
    """Compare with what is deployed, by cloud in a scope; of targets nobody chose, those that can be read."""
    targets = readable(chosen or tuple(now.side.targets))
    unreadable = [name for name in chosen if name not in targets]
    if unreadable or not targets:
        raise UsageError(f"{(unreadable or ['nothing'])[0]} is deployed nowhere that could be read; {_HINT}")
    read = {name: reader(name) for name in targets}
    found = {
        name: read[name](Wanted(now.policy, now.side.targets[name], scopes.get(READERS[name][0])))
        for name in targets
    }
    return DriftReport(
        f"deployed: {'; '.join(each.place for each in found.values())}",
        now.side.label,
        tuple(_deployed_drift(name, each, now.side.targets[name], policy) for name, each in found.items()),
        tuple(failure for each in found.values() for failure in each.not_read),
        tuple(note for each in found.values() for note in each.notes),
        deployed=True,
    )


_HINT = "compare it with a directory: `--against DIR`"


def _deployed_drift(name: str, found: Found, compiled: Objects, policy: Policy | None) -> TargetDrift:
    """Compare, unless something could not be read: nobody knows what that decides."""
    if found.not_read:
        return TargetDrift(name, (), unread=True)
    drift = _drift(name, found.objects, compiled, policy)
    states = (
        replace(each, state="detached") if each.name in found.detached else each for each in drift.objects
    )
    return replace(drift, objects=tuple(states))


def _drift(name: str, was: Objects, now: Objects, policy: Policy | None) -> TargetDrift:
    if policy is None:
        return compare_target(name, was, now, {})
    return compare_target(name, was, now, hints_of(policy, name), policy.workloads)
