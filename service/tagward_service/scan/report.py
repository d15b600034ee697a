"""What a scan found, from the store: the report that every output knows."""

from __future__ import annotations

from collections.abc import Iterator

from tagward.findings import Code, Finding
from tagward.policy import Policy
from tagward.resource import Resource
from tagward_service.report import Report, Summary
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import KeptFinding, Life, Scan, Store, Tally, Wanted


def summary_of(tallies: list[Tally]) -> Summary:
    """Sum tallies up."""
    compliant, violating = sum(each.compliant for each in tallies), sum(each.violating for each in tallies)
    unknown, exempt = sum(each.unknown for each in tallies), sum(each.exempt for each in tallies)
    untaggable, untold = sum(each.untaggable for each in tallies), sum(each.untold for each in tallies)
    taggable = compliant + violating + unknown + exempt
    return Summary(
        resources=taggable + untaggable + untold,
        taggable=taggable,
        compliant=compliant,
        violating=violating,
        unknown=unknown,
        exempt=exempt,
        untaggable=untaggable,
    )


def untold_of(tallies: list[Tally]) -> Iterator[NotEvaluated]:
    """Name each type that nobody could place, once, with how many resources are of it."""
    counts: dict[str, int] = {}
    for each in tallies:
        if each.untold:
            counts[each.type] = counts.get(each.type, 0) + each.untold
    for name, count in sorted(counts.items()):
        yield NotEvaluated(
            f"{count} resource{'' if count == 1 else 's'} of type `{name}`",
            "nobody knows whether the type takes tags",
        )


def report_of(store: Store, scan: Scan, policy: Policy) -> Report:
    """Build the report of a scan; all of its findings are in memory then."""
    tallies = store.tallies([scan.id])
    wanted = Wanted(policy=scan.policy_name, life=(Life.OPEN, Life.EXEMPT), seen_in=scan.id)
    return Report(
        policy_name=scan.policy_name,
        policy_version=scan.policy_version,
        policy_sha256=scan.policy_sha256,
        as_of=scan.as_of,
        summary=summary_of(tallies),
        findings=tuple(_finding(each) for each in store.every_finding(wanted)),
        not_evaluated=(*store.unread(scan.id), *untold_of(tallies)),
        readiness=policy.readiness,
    )


def _finding(kept: KeptFinding) -> Finding:
    resource = Resource(
        cloud=kept.cloud,
        type=kept.type,
        address=kept.resource_id,
        id=kept.resource_id,
        name=kept.name,
        account=kept.account or None,
        region=kept.region or None,
        namespace=kept.namespace or None,
    )
    return Finding(
        code=Code(kept.code),
        rule=kept.rule,
        tag=kept.tag,
        key=kept.key,
        severity=kept.severity,
        mode=kept.mode,
        status=kept.status,
        message=kept.message,
        fix=kept.fix,
        resource=resource,
        value=kept.value,
        source=kept.source,
    )
