"""Expressions about one carrier `c` as Rego: its tags are in `c.tags`."""

from __future__ import annotations

from collections.abc import Mapping

from tagward_generators.facts import Fact, OneOf
from tagward_generators.rego_lines import Body, member
from tagward_generators.rego_text import Rego

CARRIER = "c"


class CarrierRego(Rego):
    """Writes expressions about a carrier; `lists` names the tags whose values are parameters."""

    def __init__(self, lists: Mapping[tuple[str, ...], str]) -> None:
        fields = {"namespace": "in_namespace", **{name: name for name in ("name", "address", "kind")}}
        super().__init__(CARRIER, {"": f"{CARRIER}.tags"}, fields)
        self.lists = lists

    def fact(self, fact: Fact) -> Body:
        """Write one fact."""
        if isinstance(fact, OneOf) and fact.values in self.lists:
            values = member("input.parameters.values", self.lists[fact.values])
            return (f"{self.value(fact.slot)} in {values}",)
        return super().fact(fact)
