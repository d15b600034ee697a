"""How much of what is not attributable could be without asking anybody: the right value is there to be read.

Each set of tags is mended as its findings say (an older key, a misspelt one, a replaced value, another
case) and judged again by `evaluate`. What holds then could be recovered in the bill itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Code, Finding, Status
from tagward.judging.values import fits
from tagward.policy import Allowed, Policy, Tag
from tagward.resource import Resource
from tagward_generators.sql.classing import CHARGEABLE
from tagward_generators.sql.columns import PAIRS
from tagward_generators.sql.portable_regex import END, MIDDLE, START
from tagward_service.billing.amounts import Amounts, Basis
from tagward_service.billing.holder import Row
from tagward_service.billing.judged import JudgedBill
from tagward_service.billing.money import less, total

MOST = 20_000
"""So many sets of tags are looked at, the dearest first."""

SURFACE = "scan"
ROUNDS = 2
"""A key is put right first, then the value that it turns out to have."""

_PAIR = re.compile(f"{START}([^{MIDDLE}]*){MIDDLE}([^{END}]*){END}")

Repairs = Mapping[str, str]


class Recovery(Struct, frozen=True):
    """Money that could be recovered, and by what; one line may need several kinds of repair.

    `kinds` are older-key, misspelt-key, replaced-value and spelling-of-value; `unexamined` is what was not
    looked at.
    """

    recoverable: Decimal
    kinds: Mapping[str, Decimal]
    unexamined: Decimal


class Mended(Struct, frozen=True):
    """A resource with its tags put right as far as can be told, and how that was done."""

    resource: Resource
    kinds: frozenset[str]


def recovery(judged: JudgedBill, amounts: Amounts, basis: Basis) -> Recovery:
    """Work out what could be recovered."""
    mending = Mending(judged.policy, Evaluator(judged.policy, as_of=judged.as_of, surface=SURFACE))
    rows = _rows(judged, basis)
    by_kind: dict[str, list[Decimal]] = {}
    recovered = []
    for row in rows:
        mended = mending.mend(_resource(row))
        if mended is not None:
            recovered.append(row["cost"])
            for kind in mended.kinds:
                by_kind.setdefault(kind, []).append(row["cost"])
    examined = total(row["cost"] for row in rows)
    kinds = {kind: total(costs) for kind, costs in sorted(by_kind.items())}
    return Recovery(total(recovered), kinds, less(less(amounts.unattributed, amounts.exempt), examined))


class Mending:
    """Puts tags right as far as the policy tells how."""

    def __init__(self, policy: Policy, evaluator: Evaluator) -> None:
        self.policy = policy
        self.evaluator = evaluator

    def mend(self, resource: Resource) -> Mended | None:
        """Return the resource put right, None where that cannot be done without asking."""
        kinds: frozenset[str] = frozenset()
        assessment = self.evaluator.assess(resource)
        for _ in range(ROUNDS):
            resource, more = self._round(assessment)
            if not more:
                break
            kinds |= more
            assessment = self.evaluator.assess(resource)
        return Mended(resource, kinds) if kinds and assessment.status is Status.COMPLIANT else None

    def _round(self, assessment: Assessment) -> tuple[Resource, frozenset[str]]:
        tags = dict(assessment.resource.tags)
        kinds = set()
        for finding in assessment.findings:
            for kind, key, value in self._repair(finding, tags):
                tags.pop(finding.key, None)
                tags[key] = value
                kinds.add(kind)
        return replace(assessment.resource, tags=tags), frozenset(kinds)

    def _repair(self, finding: Finding, tags: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
        """Say as (kind, key, value) how one finding can be put right."""
        tag, value = self.policy.tag(finding.tag), tags.get(finding.key)
        if tag is None or not isinstance(value, str):
            return
        right_key = tag.keys[finding.resource.cloud]
        if finding.code is Code.MISSPELT and right_key not in tags:
            yield "misspelt-key", right_key, value
        elif finding.code is Code.DEPRECATED and finding.rule.startswith(f"{tag.id}/required"):
            yield "older-key", right_key, value
        elif finding.rule == f"{tag.id}/replaces":
            yield "replaced-value", finding.key, tag.replaces[value]
        elif finding.rule == f"{tag.id}/value":
            spelled = self._spelled(tag, value)
            if spelled is not None:
                yield "spelling-of-value", finding.key, spelled

    def _spelled(self, tag: Tag, value: str) -> str | None:
        """Return an accepted value that differs by case, white space or separators only."""
        plain = value.strip()
        if isinstance(tag.constraint, Allowed):
            low = plain.casefold()
            known = (each for each in tag.constraint.values if each.casefold() == low)
            return next(known, None)
        tidy = (
            each.replace(before, after) for each in (plain, plain.lower()) for before, after in _SEPARATORS
        )
        return next((each for each in tidy if fits(tag, each, self.evaluator.as_of)), None)


_SEPARATORS = (("", ""), ("_", "-"), (" ", "-"), ("-", "_"))


def _rows(judged: JudgedBill, basis: Basis) -> list[Row]:
    """List sets of tags with their cost, with whatever else the policy looks at."""
    import ibis

    lines = judged.table
    lacking = lines.filter(lines["class"] == CHARGEABLE, ~lines.compliant, ~lines.exempt)
    kept = ["cloud", "account", "region", *_looked_at(judged), PAIRS]
    summed = lacking.group_by(kept).aggregate(cost=lacking[basis].sum())
    dearest = summed.filter(summed.cost > 0).order_by([ibis.desc("cost"), *kept])
    return judged.rows(dearest.limit(MOST))


def _looked_at(judged: JudgedBill) -> Iterator[str]:
    """List the columns that tell single resources apart, if the policy looks at any."""
    selectors = [*judged.policy.scopes.values()]
    selectors += [each.on for tag in judged.policy.tags for each in tag.requirements]
    selectors += [each.match for each in judged.policy.exemptions]
    if any(each.addresses for each in selectors):
        yield "resource_id"
    if any(each.names for each in selectors):
        yield "resource_name"
    if "type" in judged.table.columns:
        yield "type"


def _resource(row: Row) -> Resource:
    identity = row.get("resource_id") or ""
    return Resource(
        cloud=row["cloud"],
        type=row.get("type") or "",
        native=row.get("type") or "",
        address=identity,
        id=identity,
        name=row.get("resource_name") or "",
        account=row["account"] or "",
        region=row["region"] or "",
        namespace="",
        tags=dict(_PAIR.findall(row[PAIRS])),
    )
