"""Expressions about a resource of a plan, some of whose tags are not known until the apply."""

from tagward_generators.facts import Blank, Fact, Fits, KeyOutside, MoreThan, OneOf, Slot, ValueLike
from tagward_generators.logic import Expression, Not
from tagward_generators.rego_lines import Body, member, quoted
from tagward_generators.rego_text import Rego

RESOURCE = "resource"


class PlanRego(Rego):
    """Writes expressions over what `plan.rego` says of a resource."""

    def __init__(self) -> None:
        fields = {name: f"{RESOURCE}.{name}" for name in ("type", "name", "address")}
        super().__init__(RESOURCE, {"": f"{RESOURCE}.labels"}, fields)

    def has(self, slot: Slot) -> str:
        """Ask whether a tag is there, be its value known or not."""
        return f"has({RESOURCE}, {quoted(slot.key)})"

    def lacks(self, slot: Slot) -> str:
        """Ask whether a tag is certainly not there."""
        return f"{quoted(slot.key)} in {RESOURCE}.missing"

    def value(self, slot: Slot) -> str:
        """Name the value of a tag, which is undefined where nobody knows it."""
        return member(f"{RESOURCE}.tags", slot.key)

    def body(self, expression: Expression, stem: str) -> Body:
        """Write an expression as lines that must all hold; no value at all is none that a tag has."""
        if isinstance(expression, Not) and isinstance(expression.fact, OneOf) and not expression.fact.values:
            return self.settled(expression.fact)
        return super().body(expression, stem)

    def settled(self, fact: Fact) -> Body:
        """Ask whether it is known what a tag is."""
        match fact:
            case OneOf(slot) | Fits(slot) | Blank(slot):
                return (f"settled({RESOURCE}, {quoted(slot.key)})",)
            case _:
                return ()

    def on_all(self, fact: Fact) -> Body:
        """Ask something of any tag: of those that people set, or of those whose value is known."""
        match fact:
            case KeyOutside(keys):
                known = self.constants.set("known_keys", keys) if keys else "set()"
                return (f"some key in {RESOURCE}.chosen", f"not key in {known}")
            case MoreThan(most):
                return (f"count({RESOURCE}.chosen) > {most}",)
            case ValueLike():
                listed, asked = super().on_all(fact)
                return (listed, "is_string(value)", asked)
            case _:
                return super().on_all(fact)
