"""One tag where it may stand on a platform: which slot counts, and what its values are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property

from tagward.judging.values import folded, is_blank
from tagward.policy import Allowed, Exemption, Matches, Policy, Tag
from tagward_generators.facts import Fits, Has, OneOf, Slot
from tagward_generators.logic import FALSE, TRUE, Expression, Unsayable, every, negate, some
from tagward_generators.selecting import Platform


class TagFacts:
    """One tag on a platform and a day: the slots that count, its key on the resource first."""

    def __init__(self, tag: Tag, policy: Policy, platform: Platform, day: date) -> None:
        self.tag = tag
        self.platform = platform
        self.day = day
        self.mode = tag.mode(day, platform.surface)
        self.placeholders = tuple(sorted(folded(policy.placeholders)))
        self.exemptions = active_exemptions(policy, tag, day)
        layers = ("", *(layer for layer in platform.layers if layer in tag.inherit))
        self.slots = tuple(Slot(key, layer) for layer in layers for key in self.keys)

    @property
    def known_keys(self) -> tuple[str, ...]:
        """The key and every alias, accepted or not."""
        return (self.tag.keys[self.platform.cloud], *(alias.key for alias in self.tag.aliases))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The key and the aliases that are accepted on the day."""
        aliases = (alias.key for alias in self.tag.aliases if alias.accepted(self.day))
        keys = (self.tag.keys[self.platform.cloud], *aliases)
        if self.platform.cloud != "azure":
            return tuple(dict.fromkeys(keys))
        first = {key.lower(): key for key in reversed(keys)}
        return tuple(first[low] for low in dict.fromkeys(map(str.lower, keys)))

    @property
    def hidden(self) -> str | None:
        """Say why the tag may be where the platform cannot see it."""
        unseen = [layer for layer in self.platform.unseen if layer in self.tag.inherit]
        where = " and the ".join(unseen)
        return f"tags of the {where} count too, and cannot be seen" if unseen else None

    @property
    def forgives(self) -> bool:
        """Say whether the tag may be missing, under a misspelt key, without being denied for it."""
        soft = any(each.level == "recommended" for each in self.tag.requirements)
        return bool(self.tag.requirements) and (soft or self.mode != "deny" or bool(self.exemptions))

    def there(self) -> Expression:
        """Say that the tag is there, in any slot."""
        return some(*map(Has, self.slots), *self._perhaps())

    def missing(self) -> Expression:
        """Say that the tag is in no slot."""
        return negate(self.there())

    def each(self, said: Callable[[Slot], Expression]) -> Expression:
        """Say something of the slot that counts: the first that is there."""
        found = (
            every(*(negate(Has(before)) for before in self.slots[:number]), said(slot))
            for number, slot in enumerate(self.slots)
        )
        return some(*found, *(every(negate(some(*map(Has, self.slots))), each) for each in self._perhaps()))

    def _perhaps(self) -> tuple[Unsayable, ...]:
        return (Unsayable(self.hidden),) if self.hidden else ()

    def has_value(self, values: Iterable[str]) -> Expression:
        """Say that the tag has one of the values; blank ones never count."""
        real = self.real(values)
        return self.each(lambda slot: OneOf(slot, real)) if real else FALSE

    def real(self, values: Iterable[str]) -> tuple[str, ...]:
        """Keep the values that say something."""
        placeholders = frozenset(self.placeholders)
        return tuple(dict.fromkeys(value for value in values if not is_blank(value, placeholders)))

    def valid(self) -> tuple[str, ...] | None:
        """Return the values that are accepted on the day; None where they are not listed."""
        if not isinstance(self.tag.constraint, Allowed):
            return None
        valid = self.tag.constraint.on(self.day)
        return self.real(v for v in self.tag.constraint.values if v in valid and v not in self.tag.replaces)

    def accepted(self, slot: Slot) -> Expression:
        """Say that the value in a slot is one of the policy's values, or of its pattern."""
        match self.tag.constraint:
            case Allowed():
                valid = self.valid()
                return OneOf(slot, valid) if valid else FALSE
            case Matches(pattern):
                return Fits(slot, pattern)
            case None:
                return TRUE


def active_exemptions(policy: Policy, tag: Tag, day: date) -> tuple[Exemption, ...]:
    """List the exemptions that cover a tag on a day."""
    return tuple(each for each in policy.exemptions if tag.id in each.tags and day <= each.expires)
