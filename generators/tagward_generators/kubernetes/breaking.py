"""What breaks each rule of a policy on a carrier, whose tags are found already: under one key each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from tagward.catalog import KubernetesKind
from tagward.policy import Policy, Tag
from tagward_generators.facts import Fits, Has, OneOf
from tagward_generators.kubernetes.kinds import among, of_kinds
from tagward_generators.logic import FALSE, Expression, Not, every, lowered, sound, unsayable
from tagward_generators.rules import EVERY_TAG, Rule, rules
from tagward_generators.selecting import Platform
from tagward_generators.violations import Violation, Violations

CLOUD, SURFACE = "kubernetes", "admission"

_LACKS = frozenset({"account", "region"})
NAMESPACED = Platform(CLOUD, SURFACE, lacks=_LACKS)
CLUSTER_WIDE = Platform(CLOUD, SURFACE, lacks=_LACKS | {"namespace"})


class Break(Struct, frozen=True):
    """One way in which a rule is broken, and what is done then (deny, warn, audit).

    `when` holds for a carrier with tags of its own; `when_open` for one that may have further labels, so that
    what is not there may yet be. `level` is recommended for advice.
    """

    rule: Rule
    mode: str
    level: str
    when: Expression
    when_open: Expression


class Outcome(Struct, frozen=True):
    """What breaks one rule, and why some of it cannot be said."""

    rule: Rule
    breaks: tuple[Break, ...]
    reasons: tuple[str, ...]


def outcomes(policy: Policy, day: date, kinds: Sequence[KubernetesKind]) -> tuple[Outcome, ...]:
    """Say what breaks each rule of a policy on objects of some kinds."""
    found_already = _found_already(policy)
    namespaced = Violations(found_already, NAMESPACED, day)
    outside = [kind for kind in kinds if not kind.namespaced]
    cluster_wide = Violations(found_already, CLUSTER_WIDE, day) if outside else None
    return tuple(_outcome(rule, namespaced, cluster_wide, kinds) for rule in rules(policy))


def of_tag(tag: Tag) -> bool:
    """Say whether a tag is used on Kubernetes."""
    return CLOUD in tag.keys


def _found_already(policy: Policy) -> Policy:
    """Leave out where tags are found: aliases and layers are looked through before any rule is asked."""
    return replace(
        policy,
        tags=tuple(replace(tag, aliases=(), inherit=()) if of_tag(tag) else tag for tag in policy.tags),
    )


def _outcome(
    rule: Rule, namespaced: Violations, cluster_wide: Violations | None, kinds: Sequence[KubernetesKind]
) -> Outcome:
    if rule.tag == EVERY_TAG:
        return Outcome(rule, (), ())
    found = [(each, of_kinds(each.broken, kinds)) for each in _placed(rule, namespaced, cluster_wide, kinds)]
    reasons = dict.fromkeys(why for _, broken in found for why in unsayable(broken))
    said = ((each, sound(broken)) for each, broken in found)
    return Outcome(
        rule, tuple(_break(each, broken) for each, broken in said if broken != FALSE), tuple(reasons)
    )


def _placed(
    rule: Rule, namespaced: Violations, cluster_wide: Violations | None, kinds: Sequence[KubernetesKind]
) -> Iterator[Violation]:
    """Tell kinds without a namespace apart: scopes of namespaces never hold for them."""
    if cluster_wide is None:
        yield from namespaced.of(rule)
        return
    for violations, inside in ((namespaced, True), (cluster_wide, False)):
        names = tuple(kind.name for kind in kinds if kind.namespaced is inside)
        for each in violations.of(rule):
            yield replace(each, broken=every(among(names), each.broken))


def _break(violation: Violation, broken: Expression) -> Break:
    opened = lowered(broken, _surely)
    return Break(violation.rule, violation.mode, violation.level, broken, opened)


def _surely(fact: Expression) -> Expression:
    """Say of a tag that another value may yet be given to: it is there, and with another value."""
    match fact:
        case Not(OneOf(slot) | Fits(slot)):
            return every(Has(slot), fact)
        case _:
            return fact
