"""An admission policy as one binding applies it."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from tagward_generators.deciding.cel.literals import vocabulary
from tagward_generators.deciding.kubernetes.constraints import Constraints
from tagward_generators.deciding.kubernetes.parameters import with_parameters
from tagward_generators.deciding.kubernetes.validating import Objection, Validator
from tagward_generators.deciding.rulings import Verdict

Vocabulary = Mapping[str, Sequence[str]]


class Bound(Struct, frozen=True, dict=True):
    """A policy, what it is about, what the binding says beside that, and what comes of an objection."""

    name: str
    validator: Validator
    constraints: Constraints
    also: Constraints
    verdict: Verdict
    params: Any

    def about(self, request: Mapping[str, Any]) -> bool:
        """Say whether it is about a request, wherever that is and whatever the labels are."""
        return self.constraints.take(request) and self.also.take(request)

    def takes_namespace(self, given: Mapping[str, Any]) -> bool:
        """Say whether its selectors take the namespace."""
        namespace = given["namespaceObject"]
        return self.constraints.take_namespace(namespace) and self.also.take_namespace(namespace)

    def takes_object(self, given: Mapping[str, Any]) -> bool:
        """Say whether its selectors take the object."""
        return self.constraints.take_object(given) and self.also.take_object(given)

    @property
    def said(self) -> Iterator[tuple[Hashable, list[str]]]:
        """List what it says: each with all that decides it, and the expressions that are about it."""
        for each in self.validator.objections:
            yield (self.around, self.validator.says(each)), self.validator.texts(each)
        for condition in self.validator.conditions:
            yield (self.around, condition), [condition]

    def vocabulary(self, objection: Objection) -> Vocabulary:
        """Return the labels that an objection is about, with values that it names."""
        said = with_parameters(self.params, vocabulary(self.validator.texts(objection)))
        return {**said, **_selected((self.constraints, self.also))}

    @property
    def keys(self) -> Iterator[str]:
        """List the labels that it looks at."""
        for each in self.validator.objections:
            yield from self.vocabulary(each)

    @cached_property
    def around(self) -> str:
        """Return all but its expressions: what it is about, with which parameters, and what comes of it."""
        constraints = msgspec.to_builtins((self.constraints, self.also))
        return json.dumps((self.verdict, self.params, constraints), sort_keys=True)


def _selected(constraints: Iterable[Constraints]) -> Vocabulary:
    """Return the labels that selectors look at, with their values."""
    found: dict[str, list[str]] = {}
    for each in constraints:
        for requirement in each.object_selector.requirements:
            found.setdefault(requirement.key, []).extend(requirement.values)
    return found
