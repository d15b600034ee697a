"""Whether a tag must be there on every resource of a type: only then can a tag policy enforce it."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from tagward.catalog import native_types
from tagward.policy import Exemption, Requirement, Selector
from tagward_generators.logic import FALSE, TRUE, unsayable
from tagward_generators.selecting import Kind, Platform, selected
from tagward_generators.tag_facts import TagFacts
from tagward_generators.violations import TagViolations, Violations

SURFACE = "cloud"

BLIND = "a tag policy cannot tell {}s apart"

PLATFORM = Platform(
    "aws",
    SURFACE,
    lacks=frozenset({"namespace"}),
    blind={field: BLIND.format(field) for field in ("account", "region", "address", "name")},
)

ANYTHING = "aws:any:type"
"""A type that nobody knows: what holds for it holds for all, unless a selector names types."""

NOT_ALWAYS = "where the tag is not always required"
"""A blank value is accepted there, which a list of values cannot say."""

EXEMPT = "where an exemption may cover the tag"


class Needs:
    """One tag: what its requirements and exemptions say of every resource of a type at once."""

    def __init__(self, tag: TagFacts, violations: Violations) -> None:
        self.tag = tag
        self.violations = violations
        self._found: dict[str, str] = {}

    def why_not(self, meant: str) -> str:
        """Say why a type is left out; "" when the tag must be there on each resource of it."""
        asked = meant if self._tells_types_apart else ANYTHING
        if asked not in self._found:
            self._found[asked] = self._why_not(asked)
        return self._found[asked]

    def _why_not(self, meant: str) -> str:
        if not self.always(meant, self.tag.tag.requirements):
            return NOT_ALWAYS
        return EXEMPT if any(each.exempt() != FALSE for each in self._at(meant)) else ""

    def always(self, meant: str, requirements: Iterable[Requirement]) -> bool:
        """Say whether requirements ask for the tag on each resource of a type, in whatever spelling."""
        asked = tuple(requirements)
        return all(each.needed(asked, "required") == TRUE for each in self._at(meant))

    def unsaid(self, meant: str, exemption: Exemption) -> Iterator[str]:
        """List why nobody can tell which resources of a type an exemption covers."""
        for kind in _kinds(meant):
            yield from unsayable(selected(exemption.match, kind, PLATFORM, self.violations.policy.scopes))

    def _at(self, meant: str) -> Iterator[TagViolations]:
        return (TagViolations(self.violations, self.tag, kind) for kind in _kinds(meant))

    @cached_property
    def _tells_types_apart(self) -> bool:
        selectors = [each.on for each in self.tag.tag.requirements] + [e.match for e in self.tag.exemptions]
        return any(map(self._names_types, selectors))

    def _names_types(self, selector: Selector) -> bool:
        scopes = self.violations.policy.scopes
        return bool(selector.types) or any(scopes[name.removeprefix("!")].types for name in selector.scopes)


def _kinds(meant: str) -> Iterator[Kind]:
    """Look at a type as each tool spells it: a selector may tell them apart."""
    natives = native_types(meant)
    yield from (Kind(meant, (native,)) for native in natives) if natives else (Kind(meant),)
