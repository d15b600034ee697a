"""What each rule of a policy comes to: the parts of definitions that say it, and how true they are to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from tagward.clouds import reachable
from tagward.policy import Exemption, Policy, Tag
from tagward_generators.azure_policy.exempting import native
from tagward_generators.azure_policy.messages import message
from tagward_generators.azure_policy.reach import CLOUD, GROUPS, REACHES, SUBSCRIPTIONS, SURFACE, Reach
from tagward_generators.azure_policy.saying import said
from tagward_generators.azure_policy.settings import Settings
from tagward_generators.days import not_yet
from tagward_generators.grading import absent, exact, not_on, weaker
from tagward_generators.logic import FALSE, Expression, lowered, sound, unsayable
from tagward_generators.rules import EVERY_TAG, Rule
from tagward_generators.selecting import selected
from tagward_generators.targets import Fidelity
from tagward_generators.violations import Violation, Violations

STEMS = {
    "required": "required",
    "blank": "required",
    "value": "value",
    "replaces": "value",
    "forbid.keys": "forbidden-keys",
    "limits.closed": "unknown-keys",
    "limits.max_tags": "too-many",
}
"""What the definition of a rule is called; rules of one name share a definition."""

ADVISED = "recommended"
NATIVE = "a policy exemption of Azure, which ends by itself"


class Part(Struct, frozen=True):
    """What breaks a rule on resources of a reach; `denies` is what happens then, else it is audited."""

    rule: Rule
    reach: Reach
    denies: bool
    level: str
    broken: Expression
    message: str

    @property
    def stem(self) -> str:
        """What the definition is called that it belongs to."""
        return STEMS[self.rule.kind]


Outcome = tuple[tuple[Part, ...], Fidelity]


class Outcomes:
    """A policy on a day: what its rules come to."""

    def __init__(self, policy: Policy, day: date, settings: Settings) -> None:
        self.policy = policy
        self.day = day
        self.left_out = tuple(_left_out(settings))
        folded = tuple(each for each in policy.exemptions if not native(each))
        of_tags = replace(policy, exemptions=folded)
        self._of_tags = [(each, Violations(of_tags, each.platform, day)) for each in REACHES]
        self._of_all = [(each, Violations(policy, each.platform, day)) for each in REACHES]

    def of(self, rule: Rule) -> Outcome:
        """Return the parts that say a rule, and its fidelity row."""
        if rule.kind == "exemption":
            return (), self._exemption(rule)
        if rule.tag == EVERY_TAG:
            return self._of_every_tag(rule)
        tag = self.policy.tag(rule.tag)
        if tag is None or CLOUD not in tag.keys:
            return (), not_on(rule, CLOUD)
        return ((), self._alias(rule, tag)) if rule.kind == "alias" else self._of_tag(rule, tag)

    def _of_tag(self, rule: Rule, tag: Tag) -> Outcome:
        parts, reasons = self._said(rule, self._of_tags)
        if not parts and not reasons:
            return (), self._nothing(rule, tag)
        return parts, _graded(rule, parts, reasons, _late(tag, self.day, parts))

    def _of_every_tag(self, rule: Rule) -> Outcome:
        parts, reasons = self._said(rule, self._of_all)
        return parts, _graded(rule, parts, reasons, "")

    def _said(
        self, rule: Rule, found: list[tuple[Reach, Violations]]
    ) -> tuple[tuple[Part, ...], tuple[str, ...]]:
        parts: list[Part] = []
        reasons: dict[str, None] = {}
        for reach, violations in found:
            for violation in violations.of(rule, reach.kind):
                asked = lowered(violation.broken, said)
                if asked == FALSE:
                    continue
                if reach in self.left_out:
                    reasons[f"{reach.name} are left out by the settings of the target"] = None
                    continue
                reasons |= dict.fromkeys(unsayable(asked))
                parts += self._part(violation, reach, sound(asked))
        return tuple(parts), tuple(reasons)

    def _part(self, violation: Violation, reach: Reach, broken: Expression) -> Iterator[Part]:
        if broken != FALSE:
            told = message(violation.rule, self.policy, self.day)
            yield Part(violation.rule, reach, violation.mode == "deny", violation.level, broken, told)

    def _nothing(self, rule: Rule, tag: Tag) -> Fidelity:
        """Say why nothing that Azure has can break a rule."""
        asked = tag.requirements[int(rule.subject) :][:1] if rule.kind == "required" else tag.requirements
        if rule.kind in ("required", "blank") and not any(CLOUD in reachable(each.on) for each in asked):
            return not_on(rule, CLOUD)
        return exact(rule, "nothing can break it")

    def _alias(self, rule: Rule, tag: Tag) -> Fidelity:
        alias = next(each for each in tag.aliases if each.key == rule.subject)
        if not alias.accepted(self.day):
            return exact(rule, f"does not count since {alias.until}")
        return exact(rule, f"accepted until {alias.until}" if alias.until else "accepted")

    def _exemption(self, rule: Rule) -> Fidelity:
        exemption = next(each for each in self.policy.exemptions if each.id == rule.subject)
        tags = map(self.policy.tag, exemption.tags)
        if not any(tag and CLOUD in tag.keys for tag in tags):
            return exact(rule, "covers no tag on Azure")
        if exemption.expires < self.day:
            return exact(rule, f"expired on {exemption.expires}")
        if native(exemption):
            return exact(rule, NATIVE)
        unsaid = dict.fromkeys(f"exempts more than it says: {why}" for why in self._lost(exemption))
        return weaker(rule, *unsaid) if unsaid else exact(rule)

    def _lost(self, exemption: Exemption) -> Iterator[str]:
        for reach in REACHES:
            holds = selected(exemption.match, reach.kind, reach.platform, self.policy.scopes)
            yield from unsayable(lowered(holds, said))


def _left_out(settings: Settings) -> Iterator[Reach]:
    if not settings.resource_groups:
        yield GROUPS
    if not settings.subscriptions:
        yield SUBSCRIPTIONS


def _late(tag: Tag, day: date, parts: tuple[Part, ...]) -> str:
    """Say why parts only audit."""
    if any(part.denies for part in parts) or not parts:
        return ""
    if all(part.level == ADVISED for part in parts):
        return "audited: recommended only"
    return f"audited: {not_yet(tag, day, SURFACE)}"


def _graded(rule: Rule, parts: tuple[Part, ...], reasons: tuple[str, ...], late: str) -> Fidelity:
    if not parts:
        return absent(rule, "; ".join(reasons) or "nothing can break it")
    told = (late,) if late else ()
    return weaker(rule, *reasons, *told) if reasons else exact(rule, late)
