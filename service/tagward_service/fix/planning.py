"""From a store to a plan: the open findings of the latest scans, and what is proposed for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.fix.account_map import EMPTY, AccountMap
from tagward_service.fix.inventory import Inventory
from tagward_service.fix.plan import Left, Plan, PolicyName, Write
from tagward_service.fix.proposing import Proposer
from tagward_service.store.interface import KeptFinding, Life, Scan, Store, Wanted


def make_plan(
    store: Store,
    policy: Policy,
    as_of: date,
    wanted: Wanted,
    *,
    snapshots: str = "",
    accounts: AccountMap = EMPTY,
) -> Plan:
    """Propose writes for open findings; raises UsageError where there is no scan, or none with a snapshot."""
    scans = [each for each in store.latest(policy.name) if not wanted.clouds or each.cloud in wanted.clouds]
    if not scans:
        raise UsageError(
            f"no finished scan of the policy `{policy.name}` in the store; run `tagward scan` first"
        )
    asked = replace(wanted, policy=policy.name, life=(Life.OPEN,))
    findings = _by_resource(store.every_finding(asked))
    inventory = Inventory(_files(store, scans), snapshots, findings)
    proposer = Proposer(policy, as_of, accounts)
    entries = list(_entries(proposer, inventory, findings))
    return Plan(
        policy=PolicyName(policy.name, policy.version, policy.sha256),
        as_of=as_of,
        scans=sorted(each.id for each in scans),
        writes=[each for each in entries if isinstance(each, Write)],
        left=[each for each in entries if isinstance(each, Left)],
    )


def _files(store: Store, scans: Sequence[Scan]) -> list[str]:
    """List the snapshots of scans so that the newest is read last: what it says of a resource stands."""
    oldest_first = sorted(scans, key=lambda scan: scan.id)
    files = [file for each in oldest_first for file in store.snapshot(each.id)]
    if not files:
        raise UsageError(
            "the scans have no snapshots, from which the tags there are would be read; scan again"
        )
    return files


def _by_resource(findings: Iterator[KeptFinding]) -> dict[str, list[KeptFinding]]:
    grouped: dict[str, list[KeptFinding]] = {}
    for each in findings:
        grouped.setdefault(each.resource_id, []).append(each)
    return grouped


def _entries(
    proposer: Proposer, inventory: Inventory, findings: dict[str, list[KeptFinding]]
) -> Iterator[Write | Left]:
    for resource_id, same in sorted(findings.items()):
        known = inventory.known(resource_id)
        if known is not None:
            found = list(proposer.propose(known, same, inventory.layers(known)))
            yield from sorted(found, key=lambda each: each.key if isinstance(each, Write) else each.finding)
            continue
        for each in same:
            why = "the latest scan did not see the resource"
            yield Left(resource_id, f"{each.code} {each.tag or each.key}", why)
