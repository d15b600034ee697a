"""What is proposed for findings: what the policy says itself, and what people said; never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from tagward.catalog import Kinds
from tagward.evaluation import Evaluator
from tagward.findings import Code, Finding
from tagward.judging.housekeeping import is_platform_key
from tagward.policy import CLOUDS, Policy, Tag
from tagward.resource import Layer
from tagward_service.fix.account_map import AccountMap
from tagward_service.fix.candidates import Candidates, Proposal, spelled
from tagward_service.fix.gcloud import command
from tagward_service.fix.inventory import Known
from tagward_service.fix.plan import Left, Write
from tagward_service.scan.running import surface
from tagward_service.store.interface import KeptFinding

MOST_TAGS = {"aws": 50, "azure": 50, "gcp": 64}
"""Tags that a resource can have (tagging guides of AWS, Azure Resource Manager and Google Cloud)."""

_NOT_TAGS: Mapping[str, str] = {
    Code.UNKNOWN: "nobody can tell what it will be",
    Code.FORBIDDEN: "only somebody who knows what it is for may remove it",
    Code.NOT_PROPAGATED: "it has to be set where the resource is defined, so that it reaches what is billed",
    Code.EXEMPTION: "the exemption is in the policy",
    Code.TOO_MANY: "somebody has to choose which tags may go",
    Code.ILLEGAL: "nothing tells the legal spelling",
}


class Proposer:
    """Proposes values under a policy as it stands on a day."""

    def __init__(self, policy: Policy, as_of: date, accounts: AccountMap) -> None:
        self._policy = policy
        self._evaluators = {cloud: Evaluator(policy, as_of=as_of, surface=surface(cloud)) for cloud in CLOUDS}
        self._kinds = Kinds(policy.workloads)
        self._candidates = Candidates(policy, as_of, accounts)

    def propose(
        self, known: Known, findings: Sequence[KeptFinding], layers: Iterable[Layer]
    ) -> Iterator[Write | Left]:
        """Say for every finding of a resource what to write, or why nothing can be proposed."""
        around, writes, why = tuple(layers), [], self._out_of_reach(known)
        for tag_id, same in _by_tag(findings).items():
            found = why or self._value(tag_id, same, known, around)
            if isinstance(found, str):
                yield from (_left(each, found) for each in same)
                continue
            tag = self._policy.tag(tag_id)
            assert tag is not None
            writes.append((self._write(tag, known, found), same))
        yield from self._checked(known, writes)

    def _out_of_reach(self, known: Known) -> str:
        """Say why no tag of a resource itself would help, "" when it would."""
        if known.cloud != "kubernetes":
            return ""
        group, _, name = known.type.removeprefix("kubernetes:").rpartition("/")
        kind = self._kinds.find(group, name)
        if kind is None or kind.propagates or not all(place.at for place in (*kind.templates, *kind.volumes)):
            return ""
        return f"its pods get their labels from the pod template: change it where the {name} is defined"

    def _value(
        self, tag_id: str, findings: Sequence[KeptFinding], known: Known, layers: Sequence[Layer]
    ) -> Proposal | str:
        tag = self._policy.tag(tag_id)
        if tag is None:
            return _NOT_TAGS.get(findings[0].code, "the policy does not have this tag any more")
        if known.cloud not in tag.keys:
            return f"the policy has no key for it on {known.cloud}"
        stuck = next((_NOT_TAGS[each.code] for each in findings if each.code in _NOT_TAGS), "")
        if stuck:
            return stuck
        return self._candidates.find(tag, known, layers)

    def _write(self, tag: Tag, known: Known, proposal: Proposal) -> Write:
        key = spelled(tag.keys[known.cloud], known.tags, known.cloud)
        old = known.tags.get(key)
        place = (known.id, known.cloud, known.type, known.account, known.region)
        by_hand = command(known.id, {key: proposal.value}) if known.cloud == "gcp" else ""
        return Write(*place, key, old, proposal.value, proposal.confidence, proposal.why, by_hand)

    def _checked(
        self, known: Known, writes: Sequence[tuple[Write, Sequence[KeptFinding]]]
    ) -> Iterator[Write | Left]:
        """Keep the writes after which the policy has nothing more to say of their tags."""
        after = {**known.tags, **{write.key: write.new for write, _ in writes}}
        judged = self._evaluators[known.cloud].assess(known.resource(after)).findings if writes else ()
        crowded = _crowded(known, after, judged)
        for write, findings in writes:
            wrong = (each for each in judged if _is_about(each, write, findings[0].tag))
            told = next((each.message for each in wrong), "") or (crowded if write.old is None else "")
            if told:
                yield from (_left(each, f"{write.why}, but then {told}") for each in findings)
            else:
                yield write


def _is_about(finding: Finding, write: Write, tag: str) -> bool:
    return finding.status != "notice" and (finding.tag == tag or finding.key == write.key)


def _crowded(known: Known, after: Mapping[str, str], judged: Iterable[Finding]) -> str:
    """Say why a resource can have no more tags, "" when it can."""
    most = MOST_TAGS.get(known.cloud)
    counted = sum(not is_platform_key(known.cloud, key) for key in (*after, *known.hidden))
    if most is not None and counted > most:
        return f"it would have more than {most} tags, which {known.cloud} does not take"
    return next((each.message for each in judged if each.code is Code.TOO_MANY), "")


def _by_tag(findings: Sequence[KeptFinding]) -> dict[str, list[KeptFinding]]:
    grouped: dict[str, list[KeptFinding]] = {}
    for each in findings:
        grouped.setdefault(each.tag, []).append(each)
    return grouped


def _left(finding: KeptFinding, why: str) -> Left:
    return Left(finding.resource_id, f"{finding.code} {finding.tag or finding.key}", why)
