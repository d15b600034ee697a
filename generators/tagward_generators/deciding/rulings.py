"""What is asked of a guardrail, and what it says: places, tags, rules and verdicts."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

Tags = Mapping[str, str]


class Verdict(IntEnum):
    """What becomes of a request, from the mildest to the strictest."""

    ALLOWED = 0
    RECORDED = 1
    WARNED = 2
    DENIED = 3


class Place(Struct, frozen=True):
    """What a request is about apart from its tags.

    `name` is the platform's term, `doing` the same in words; `variant` says what is unusual about the
    request, "" when nothing is. `facts` are what else it carries, `tagged` whether it can carry tags, `aside`
    whether it carries them where they may not count.
    """

    name: str
    doing: str
    facts: tuple[tuple[str, str], ...] = ()
    variant: str = ""
    act: Literal["create", "remove"] = "create"
    tagged: bool = True
    aside: bool = False

    def fact(self, name: str) -> str | None:
        """Return one fact."""
        return dict(self.facts).get(name)


class Rule(Protocol):
    """What one statement, constraint or policy says of the tags of a request at one place."""

    @property
    def by(self) -> str:
        """Name it as the platform does."""
        ...

    @property
    def verdict(self) -> Verdict:
        """Return what it makes of a request that it objects to."""
        ...

    @property
    def meaning(self) -> Hashable:
        """Return what it says: two rules with one meaning decide alike, whatever they are called."""
        ...

    @property
    def vocabulary(self) -> Mapping[str, Sequence[str]]:
        """Return the tag keys that it looks at, each with values that matter to it."""
        ...

    def objects(self, tags: Tags) -> bool:
        """Say whether it objects to a request with these tags."""
        ...


@runtime_checkable
class Expecting(Protocol):
    """A rule that answers many questions at once cheaper than one by one."""

    def expect(self, every: Iterable[Tags]) -> None:
        """Hear what will be asked."""
        ...


class RefusedError(ValueError):
    """Something that no evaluator here understands; the message says what, and becomes an `Undecided`."""


class Undecided(Struct, frozen=True, order=True):
    """Something that no evaluator here understands; `text` is it, to see whether it changed."""

    what: str
    why: str
    text: str


class Guardrail(Protocol):
    """All that stands at one enforcement point."""

    @property
    def undecided(self) -> tuple[Undecided, ...]:
        """List what it holds and cannot be evaluated."""
        ...

    def rules(self, place: Place) -> Sequence[Rule]:
        """Return what applies at a place."""
        ...


class Family(Protocol):
    """How the guardrails of one platform are read and asked."""

    name: str
    costly: bool
    """Whether an evaluation takes milliseconds, so that fewer are made."""
    spells: bool
    """Whether keys that differ by case are two, so that it is worth asking about other spellings."""

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Take an artifact apart into what is deployed one by one, by name."""
        ...

    def read(self, artifacts: Mapping[str, str]) -> Guardrail:
        """Read what is deployed by name; what cannot be understood becomes undecided."""
        ...

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List the places that guardrails tell apart."""
        ...

    def possible(self, key: str, value: str) -> bool:
        """Say whether the platform itself would take such a tag."""
        ...
