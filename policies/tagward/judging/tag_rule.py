"""One tag of a policy, made ready for one cloud, day and surface, and then for one place."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from tagward.findings import Finding
from tagward.judging.carriers import Carrier, Finder, own_carrier, part_carriers
from tagward.judging.issues import Issues
from tagward.judging.presence import Need, Placed, need, place
from tagward.judging.spelling import is_near
from tagward.judging.values import ValueJudge, Verdicts
from tagward.policy import Alias, Policy, Tag
from tagward.resource import Resource, TagValue, Unknown
from tagward.selectors import looks_at_names


class Setting(Struct, frozen=True):
    """What a rule is made for."""

    policy: Policy
    day: date
    surface: str
    placeholders: frozenset[str]


class TagRule:
    """A tag on a cloud: how to find it, what its values may be, what a violation does."""

    def __init__(self, tag: Tag, cloud: str, setting: Setting) -> None:
        self.tag = tag
        self.cloud = cloud
        self.setting = setting
        self.key = tag.keys[cloud]
        self.judge_value = ValueJudge(tag, cloud, setting.placeholders, setting.day)
        self.mode = tag.mode(setting.day, setting.surface)
        self.find = Finder(self.key, self._aliases(accepted=True), tag.inherit, cloud)
        self.find_expired = Finder("", self._aliases(accepted=False), tag.inherit, cloud)
        self.aliases = frozenset(alias.key for alias in tag.aliases)
        self.siblings: Mapping[str, TagRule] = {}
        self._near: dict[str, bool] = {}

    def _aliases(self, *, accepted: bool) -> list[Alias]:
        return [alias for alias in self.tag.aliases if alias.accepted(self.setting.day) is accepted]

    @property
    def known_keys(self) -> frozenset[str]:
        """Every spelling of the tag, lower case where the cloud ignores case."""
        keys = (self.key, *(alias.key for alias in self.tag.aliases))
        return frozenset(key.lower() if self.cloud == "azure" else key for key in keys)

    def value_on(self, carrier: Carrier) -> TagValue | None:
        """Return the value as conditions see it: None when missing or blank."""
        found = self.find(carrier)
        if found is None:
            return self.open_on(carrier)
        if isinstance(found.value, Unknown):
            return found.value
        fault = self.judge_value(found.value)
        return None if fault is not None and fault.counts_as_missing else found.value

    def open_on(self, carrier: Carrier) -> Unknown | None:
        """Say what may still bring the tag: unknown tags of its own, or of a layer that counts."""
        layers = (each.open for each in carrier.inherited if each.origin in self.find.inherit)
        return carrier.open or next(filter(None, layers), None)

    def misspelt(self, carrier: Carrier) -> str | None:
        """Return a key on the carrier that is this tag's key misspelt, if any."""
        return next(filter(self.is_near, carrier.tags), None)

    def is_near(self, key: str) -> bool:
        """Say whether a key is this tag's key misspelt, and no other tag's."""
        if key not in self._near:
            if len(self._near) >= Verdicts.MOST:
                self._near.clear()
            self._near[key] = is_near(key, self.key) and not self._belongs_to_another(key)
        return self._near[key]

    def _belongs_to_another(self, key: str) -> bool:
        spelled = key.lower() if self.cloud == "azure" else key
        return any(spelled in rule.known_keys for rule in self.siblings.values())

    @property
    def looks_at_names(self) -> bool:
        """Say whether a requirement may tell apart two resources of one type in one place."""
        scopes = self.setting.policy.scopes
        return any(looks_at_names(each.on, scopes) for each in self.tag.requirements)

    def here(self, resource: Resource) -> "PlacedRule":
        """Make the rule ready for everything that lives where the resource lives."""
        return PlacedRule(self, place(self.tag.requirements, resource, self.setting.policy.scopes))


class PlacedRule:
    """A tag rule where some resources live: which of its requirements may hold there."""

    def __init__(self, rule: TagRule, placed: tuple[Placed, ...]) -> None:
        self.rule = rule
        self.key = rule.key
        self.placed = placed

    def judge(self, resource: Resource, hidden: frozenset[str]) -> list[Finding]:
        """Return what is wrong with this tag on a resource."""
        issues = Issues(self.rule.tag, self.rule.mode, self.rule.setting.policy.unknown, resource, hidden)
        own = own_carrier(resource)
        parts = tuple(part_carriers(resource))
        if resource.own_billed or not parts:
            if self.judge_carrier(own, own, resource, issues):
                for part in parts:
                    self._judge_part(part, own, resource, issues)
            elif not issues:
                for part in parts:
                    self._judge_part_alone(part, own, resource, issues)
        else:
            for part in parts:
                self._judge_pod(part, own, resource, issues)
        return issues.findings() if issues else []

    def judge_carrier(self, carrier: Carrier, context: Carrier, resource: Resource, issues: Issues) -> bool:
        """Judge one carrier; return whether the tag is there."""
        rule = self.rule
        found = rule.find(carrier)
        if found is None:
            self._missing(carrier, context, resource, issues)
            return False
        if isinstance(found.value, Unknown):
            if rule.tag.constraint is not None or self.need_of(context, resource) is not None:
                issues.unknown_value(found, carrier)
            return True
        fault = rule.judge_value(found.value)
        if fault is not None and fault.counts_as_missing:
            wanted = self.need_of(context, resource)
            if wanted is not None:
                issues.blank(found, fault, wanted, carrier)
            return False
        if fault is not None:
            issues.wrong_value(found, fault, carrier)
        if found.alias is not None:
            issues.alias_accepted(found, rule.key, carrier)
        return True

    def need_of(self, context: Carrier, resource: Resource) -> Need | None:
        """Say how much the tag is needed; conditions look at the tags of `context`."""
        if not self.placed:
            return None

        def lookup(tag_id: str) -> TagValue | None:
            sibling = self.rule.siblings.get(tag_id)
            return None if sibling is None else sibling.value_on(context)

        return need(self.placed, resource, lookup)

    def _missing(self, carrier: Carrier, context: Carrier, resource: Resource, issues: Issues) -> None:
        wanted = self.need_of(context, resource)
        if wanted is None:
            return
        rule = self.rule
        expired = rule.find_expired(carrier)
        misspelt = None if expired else rule.misspelt(carrier)
        if expired is not None:
            issues.alias_expired(expired, rule.key, wanted, carrier)
        elif misspelt is not None:
            issues.misspelt(misspelt, rule.key, wanted, carrier)
        elif (unknown := rule.open_on(carrier)) is not None:
            issues.perhaps_missing(rule.key, unknown, wanted, carrier)
        else:
            issues.missing(rule.key, wanted, carrier)

    def _judge_part(self, part: Carrier, own: Carrier, resource: Resource, issues: Issues) -> None:
        """Judge a billed thing beside a billed resource that has the tag."""
        there, placed = self.at_part(part, resource)
        if self.rule.find(part) is not None or self.rule.open_on(part) is not None:
            placed.judge_carrier(part, own, there, issues)
            return
        wanted = placed.need_of(own, there)
        if wanted is not None:
            issues.not_propagated(self.key, wanted, part)

    def _judge_part_alone(self, part: Carrier, own: Carrier, resource: Resource, issues: Issues) -> None:
        """Judge a billed thing beside a billed resource that has not got the tag and need not have it."""
        there, placed = self.at_part(part, resource)
        placed.judge_carrier(part, own, there, issues)

    def at_part(self, part: Carrier, resource: Resource) -> "tuple[Resource, PlacedRule]":
        """Return a part as a resource of its own type, and the rule where that one lives."""
        if not part.type:
            return resource, self
        there = replace(resource, type=part.type, native=part.type)
        return there, self.rule.here(there)

    def _judge_pod(self, part: Carrier, own: Carrier, resource: Resource, issues: Issues) -> None:
        """Judge a billed thing that its resource only makes, and whose own tags no bill sees."""
        rule = self.rule
        if rule.find(part) is None and rule.open_on(part) is None and rule.find(own) is not None:
            wanted = self.need_of(part, resource)
            if wanted is not None:
                issues.not_propagated(self.key, wanted, part)
        else:
            self.judge_carrier(part, part, resource, issues)
