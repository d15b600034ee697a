"""Expressions about one carrier `c` as CEL: its tags are in `c.tags`, what the object is in variables."""

from __future__ import annotations

from collections.abc import Mapping

from tagward_generators.cel import Cel
from tagward_generators.facts import Fact, Placed, Slot
from tagward_generators.kubernetes.carriers import is_one_of
from tagward_generators.kubernetes.kinds import FIELD
from tagward_generators.regexes import platform_keys

NOBODYS: frozenset[Slot] = frozenset()
_FIELDS = {
    "namespace": "variables.in_namespace",  # `namespace` is a reserved word of CEL
    "name": "variables.name",
    "address": "variables.address",
}


class CarrierCel(Cel):
    """Writes expressions about a carrier; `lists` names variables that hold lists of values."""

    def __init__(self, lists: Mapping[tuple[str, ...], str]) -> None:
        super().__init__({"": "c.tags"}, _FIELDS, platform_keys("kubernetes"))
        self.lists = lists

    def fact(self, fact: Fact, there: frozenset[Slot] = NOBODYS) -> str:
        """Write one fact; whether an object is of a kind is asked by name."""
        match fact:
            case Placed(field, names) if field == FIELD:
                return is_one_of("variables.kind", names)
            case _:
                return super().fact(fact, there)

    def one_of(self, value: str, values: tuple[str, ...]) -> str:
        """Ask whether a value is one of some."""
        return f"{value} in {self.lists[values]}" if values in self.lists else super().one_of(value, values)
