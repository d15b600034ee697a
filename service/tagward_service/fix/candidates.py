"""Where the value of a tag may come from: the policy, other keys, what a resource lives in, a map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from tagward.judging.housekeeping import Housekeeping
from tagward.judging.spelling import is_near, nearest
from tagward.judging.values import ValueJudge, folded, is_blank
from tagward.policy import Allowed, Policy, Tag
from tagward.resource import Layer
from tagward_service.fix.account_map import AccountMap
from tagward_service.fix.inventory import Known
from tagward_service.fix.plan import CERTAIN, PROPOSED, Confidence


class Proposal(Struct, frozen=True):
    """A value for a tag."""

    value: str
    confidence: Confidence
    why: str


class Candidates:
    """Finds values under a policy as it stands on a day; for want of one it says why."""

    def __init__(self, policy: Policy, as_of: date, accounts: AccountMap) -> None:
        self._policy = policy
        self._as_of = as_of
        self._accounts = accounts
        self._placeholders = folded(policy.placeholders)
        self._hides = Housekeeping(policy).hides
        self._judges: dict[tuple[str, str], ValueJudge] = {}

    def find(self, tag: Tag, known: Known, layers: Sequence[Layer]) -> Proposal | str:
        """Find a value for a tag of a resource that has none, or one that is not accepted."""
        key = spelled(tag.keys[known.cloud], known.tags, known.cloud)
        value = known.tags.get(key)
        if key in known.hidden:
            return "its value is not shown to anybody"
        if value is not None and not is_blank(value, self._placeholders):
            return self._of_own(tag, known, value)
        return self._of_others(tag, known, layers)

    def _of_own(self, tag: Tag, known: Known, value: str) -> Proposal | str:
        """Replace a value of which the policy says by what."""
        if value in tag.replaces:
            return self._good(tag, known, value, CERTAIN, "")
        allowed = tag.constraint.values if isinstance(tag.constraint, Allowed) else ()
        near = nearest(value, allowed)
        hint = f"; `{near}` is near, and would be a guess" if near else ""
        return f"nothing says what `{value}` should be{hint}"

    def _of_others(self, tag: Tag, known: Known, layers: Sequence[Layer]) -> Proposal | str:
        """Take the value from where it stands: another key, what the resource lives in, a map."""
        refused = []
        for found in self._sources(tag, known, layers):
            if isinstance(found, Proposal):
                return found
            refused.append(found)
        hint = "`--map FILE` takes a table of accounts and values"
        return "; ".join(refused) or f"nothing says what it should be; {hint}"

    def _sources(self, tag: Tag, known: Known, layers: Sequence[Layer]) -> Iterator[Proposal | str]:
        # What counts today goes before what counted once.
        for alias in sorted(tag.aliases, key=lambda alias: not alias.accepted(self._as_of)):
            key = spelled(alias.key, known.tags, known.cloud)
            if key in known.tags:
                yield self._good(tag, known, known.tags[key], CERTAIN, f"`{key}` is an alias of it")
        yield from self._misspelt(tag, known)
        for layer in layers:
            yield from self._inherited(tag, known, layer)
        mapped = self._accounts.value(tag.id, known)
        if mapped is not None:
            yield self._good(tag, known, mapped[0], PROPOSED, f"{mapped[1]} says so")

    def _misspelt(self, tag: Tag, known: Known) -> Iterator[Proposal | str]:
        expected = tag.keys[known.cloud]
        keys = [
            key for key in known.tags if is_near(key, expected) and not self._is_another(key, known.cloud)
        ]
        values = {known.tags[key] for key in keys}
        if len(values) > 1:
            yield f"{' and '.join(f'`{key}`' for key in sorted(keys))} both are it misspelt, and differ"
        elif values:
            yield self._good(tag, known, values.pop(), CERTAIN, f"`{min(keys)}` is it misspelt")

    def _inherited(self, tag: Tag, known: Known, layer: Layer) -> Iterator[Proposal | str]:
        for key in (tag.keys[known.cloud], *(alias.key for alias in tag.aliases)):
            value = layer.tags.get(spelled(key, layer.tags, known.cloud))
            if isinstance(value, str):
                yield self._good(tag, known, value, PROPOSED, f"the {layer.origin} `{layer.name}` has it")
                return

    def _good(self, tag: Tag, known: Known, value: str, confidence: Confidence, why: str) -> Proposal | str:
        """Take a value over, or what the policy replaces it by, if it is one that is accepted."""
        reasons = [why] if why else []
        if value in tag.replaces:
            reasons.append(f"the policy replaces `{value}` by `{tag.replaces[value]}`")
            value = tag.replaces[value]
        if self._hides(value):
            return f"{', and '.join(reasons)}, but its value is not shown to anybody"
        fault = self._judge(tag, known.cloud)(value)
        if fault is None:
            return Proposal(value, confidence, ", and ".join(reasons))
        return f"{', and '.join(reasons)}, but `{value}` is {fault.said}"

    def _judge(self, tag: Tag, cloud: str) -> ValueJudge:
        if (tag.id, cloud) not in self._judges:
            self._judges[tag.id, cloud] = ValueJudge(tag, cloud, self._placeholders, self._as_of)
        return self._judges[tag.id, cloud]

    def _is_another(self, key: str, cloud: str) -> bool:
        """Say whether a key is one of the policy's."""
        keys = {alias.key for tag in self._policy.tags for alias in tag.aliases}
        keys |= {tag.keys[cloud] for tag in self._policy.tags if cloud in tag.keys}
        return key in keys if cloud != "azure" else key.lower() in {each.lower() for each in keys}


def spelled(key: str, tags: Iterable[str], cloud: str) -> str:
    """Return a key as it is among some; Azure tells no case apart."""
    if cloud != "azure":
        return key
    return next((each for each in tags if each.lower() == key.lower()), key)
