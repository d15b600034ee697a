"""What AWS service control policies decide."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from tagward_generators.deciding.rulings import Guardrail, Place, Undecided
from tagward_generators.deciding.scp.requests import context, places
from tagward_generators.deciding.scp.statements import ScpRule, Statement, read
from tagward_generators.deciding.words import stem

LONGEST = 256
"""Characters of a tag value (AWS tagging guide)."""


class ScpGuardrail:
    """Policies that all stand above the same accounts."""

    def __init__(self, statements: Iterable[Statement], undecided: Iterable[Undecided]) -> None:
        self.statements = tuple(statements)
        self.undecided = tuple(undecided)
        self._applying = cache(self._about)
        self._rule = cache(ScpRule)

    def rules(self, place: Place) -> Sequence[ScpRule]:
        """Return what the statements say that deny such a request for its tags."""
        action, resource = place.fact("action") or "", place.fact("resource") or ""
        sent = context(place)
        return [
            self._rule(
                statement.by,
                frozenset(test for test in statement.tests if test.of_tags),
                removing=place.act == "remove",
            )
            for statement in self._applying(action.lower())
            if statement.resources.take(resource)
            and all(test.holds(sent) for test in statement.tests if not test.of_tags)
        ]

    def _about(self, action: str) -> tuple[Statement, ...]:
        return tuple(each for each in self.statements if each.actions.take(action))


class Scp:
    """The family `aws-scp`."""

    name = "aws-scp"
    costly = False
    spells = True

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Return the one policy that an artifact is."""
        return {stem(path): content}

    def read(self, artifacts: Mapping[str, str]) -> ScpGuardrail:
        """Read policies by name."""
        found = [each for name, text in artifacts.items() for each in read(name, text)]
        return ScpGuardrail(
            (each for each in found if isinstance(each, Statement)),
            (each for each in found if isinstance(each, Undecided)),
        )

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List the requests that the policies tell apart."""
        every = [each for guardrail in guardrails for each in _statements(guardrail)]
        return tuple(places(every))

    def possible(self, key: str, value: str) -> bool:
        """Say whether AWS takes such a tag."""
        return len(value) <= LONGEST and not key.startswith("aws:")


def _statements(guardrail: Guardrail) -> Sequence[Statement]:
    assert isinstance(guardrail, ScpGuardrail)
    return guardrail.statements
