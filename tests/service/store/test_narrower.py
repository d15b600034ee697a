"""Scans that read less, or otherwise, than the one before: what they saw mended is resolved, and no more."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from tagward.resource import Resource
from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import Existed, Life, ScanState, Store, Wanted
from tests.service.store.stories import (
    GOOD,
    HERE,
    NO_TEAM,
    SCOPE,
    THERE,
    begin,
    bucket,
    instance,
    policy,
    scan,
    told,
    write,
)

INVENTORY = replace(HERE, service="config")
NARROW = replace(HERE, service="config of ec2")
OF_EC2 = SCOPE | {"services": "ec2"}


def read(
    store: Store,
    *parts: tuple[Part, list[Resource]],
    scope: Mapping[str, str] = SCOPE,
    unread: bool = False,
) -> int:
    """Scan parts that hold all kinds of things."""
    missing = [NotEvaluated("account 9", "denied", incomplete=True)] if unread else []
    run = begin(store, scope=scope)
    run.plan([part for part, _ in parts], missing)
    for part, resources in parts:
        write(run, part, resources)
    run.finish(ScanState.INCOMPLETE if unread else ScanState.COMPLETE)
    return run.id


def open_in(store: Store) -> list[str]:
    return [name for name, _, life in told(store) if life == Life.OPEN]


def whole(store: Store) -> None:
    """Read instances and a bucket, all without a team, by an inventory."""
    found = [*(instance(name, NO_TEAM) for name in ("i-1", "i-2", "i-3")), bucket("b-1", NO_TEAM)]
    read(store, (INVENTORY, found))


def test_what_a_scan_of_some_services_sees_mended_or_gone_is_resolved(store: Store) -> None:
    whole(store)
    narrow = read(store, (NARROW, [instance("i-1", GOOD), instance("i-2", NO_TEAM)]), scope=OF_EC2)
    assert open_in(store) == ["b-1", "i-2"]
    resolved = Wanted(policy=policy().name, life=(Life.RESOLVED,), resolved_in=narrow)
    assert store.count(resolved) == 2


def test_of_a_service_that_has_nothing_left_nothing_is_counted_either(store: Store) -> None:
    whole(store)
    read(store, (NARROW, []), scope=OF_EC2)
    assert open_in(store) == ["b-1"]
    assert store.history(policy().name)[0].existed == Existed(1, 0)


def test_from_half_a_scan_nobody_can_tell_what_is_gone_but_what_is_mended(store: Store) -> None:
    whole(store)
    seen = [instance("i-1", GOOD), instance("i-2", NO_TEAM)]
    read(store, (NARROW, seen), scope=OF_EC2, unread=True)
    assert open_in(store) == ["b-1", "i-2", "i-3"]


def test_lists_of_a_service_resolve_what_they_see_mended_and_leave_what_only_an_inventory_lists(
    store: Store,
) -> None:
    whole(store)
    scan(store, {HERE: {"i-1": GOOD, "i-2": NO_TEAM}}, scope=OF_EC2)
    assert open_in(store) == ["b-1", "i-2", "i-3"]


def test_nights_that_are_never_whole_resolve_what_was_mended_since_they_read_otherwise(store: Store) -> None:
    whole(store)
    read(store, (HERE, [instance("i-1", GOOD), instance("i-2", NO_TEAM)]), unread=True)
    assert open_in(store) == ["b-1", "i-2", "i-3"]


def test_what_is_mended_in_another_place_is_none_of_its_business(store: Store) -> None:
    elsewhere = replace(THERE, service="config")
    read(store, (elsewhere, [instance("i-9", NO_TEAM, THERE)]), (INVENTORY, [instance("i-1", NO_TEAM)]))
    read(store, (NARROW, []), scope=OF_EC2)
    assert open_in(store) == ["i-9"]


def test_a_scan_of_fewer_regions_resolves_what_is_gone_there(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": NO_TEAM}, THERE: {"i-3": NO_TEAM}})
    scan(store, {HERE: {"i-1": NO_TEAM}}, scope=SCOPE | {"regions": "eu-west-1"})
    assert open_in(store) == ["i-1", "i-3"]


def test_the_next_whole_scan_goes_on_with_the_same_findings(store: Store) -> None:
    whole(store)
    first = {each.id for each in store.findings(Wanted()).findings}
    read(store, (NARROW, [instance("i-1", GOOD), instance("i-2", NO_TEAM)]), scope=OF_EC2)
    read(store, (INVENTORY, [instance("i-1", NO_TEAM), instance("i-2", NO_TEAM), bucket("b-1", GOOD)]))
    found = store.findings(Wanted()).findings
    assert [(each.name, each.reopened) for each in found] == [("i-1", 1), ("i-2", 0)]
    assert {each.id for each in found} <= first
