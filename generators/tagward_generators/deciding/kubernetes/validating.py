"""A ValidatingAdmissionPolicy, its expressions compiled once and asked many times.

After k8s.io/apiserver pkg/admission/plugin/policy/validating/validator.go and webhook/matchconditions: a
match condition that is false leaves a request out whatever the others say; an error counts as the failure
policy has it; a variable is evaluated where it is used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from msgspec import Struct

from tagward_generators.deciding.cel.engine import Environment, Failure, Program, environment
from tagward_generators.deciding.cel.splitting import conjuncts
from tagward_generators.deciding.kubernetes.functions import extensions, functions
from tagward_generators.deciding.rulings import RefusedError

_INPUT = ("object", "oldObject", "request", "namespaceObject", "params")
_VARIABLE = re.compile(r"\bvariables\.(\w+)")


class Objection(Struct, frozen=True):
    """A validation by its number; `part` is one list of faults that it joins, `rest` all of them.

    With `rest` it is what the validation refuses though no list has any fault.
    """

    number: int
    part: str = ""
    rest: tuple[str, ...] = ()


class Validator:
    """A policy that can be asked, one validation at a time.

    Raises RefusedError where its expressions do not compile.
    """

    def __init__(
        self,
        conditions: Iterable[str],
        variables: Mapping[str, str],
        validations: Iterable[str],
        *,
        fails: bool,
    ) -> None:
        self._fails = fails
        self._conditions = [_plain().compile(each) for each in conditions]
        self._variables: dict[str, Program] = {}
        for name, expression in variables.items():
            self._variables[name] = self._typed().compile(expression)
        composed = self._typed()
        self._validations = [part for each in validations for part in _parts(composed, each)]
        self._needed = [tuple(self._closure(each)) for each in self._validations]
        self._constants: dict[str, Any] = {}

    @cached_property
    def objections(self) -> tuple[Objection, ...]:
        """List what can be wrong: validations, and the lists of faults that one of them joins."""
        return tuple(each for number in range(len(self._validations)) for each in self._objections(number))

    def _objections(self, number: int) -> Iterator[Objection]:
        """Take a validation apart that only asks whether a text is empty, which is joined of many lists."""
        parts: tuple[str, ...] = ()
        for name in named(self._validations[number].expression):
            if name in self._variables and self._variables[name].type.name() == "STRING":
                parts = named(self._variables[name].expression)
        lists = [each for each in parts if each in self._variables and self._is_list(each)]
        if len(lists) < 2:
            yield Objection(number)
            return
        yield from (Objection(number, name) for name in lists)
        yield Objection(number, rest=tuple(lists))

    def _is_list(self, name: str) -> bool:
        return str(self._variables[name].type.name()).startswith("LIST")

    @property
    def conditions(self) -> list[str]:
        """List the match conditions."""
        return [each.expression for each in self._conditions]

    @property
    def deciding(self) -> Iterator[str]:
        """List the expressions that decide something; those of messages do not."""
        yield from self.conditions
        needed = {name for names in self._needed for name in names}
        yield from (each.expression for name, each in self._variables.items() if name in needed)
        yield from (each.expression for each in self._validations)

    def says(self, objection: Objection) -> tuple[object, ...]:
        """Return all that decides about an objection."""
        needed = self._needed[objection.number]
        variables = tuple((name, self._variables[name].expression) for name in needed)
        conditions = tuple(sorted(condition.expression for condition in self._conditions))
        said = self._validations[objection.number].expression
        return said, objection, variables, conditions, self._fails

    def texts(self, objection: Objection) -> list[str]:
        """Return the expressions that are about an objection, without those that most of them need."""
        needed = self._about[objection]
        own = [name for name in needed if self._shared[name] * 2 <= len(self.objections)]
        every = [self._variables[name].expression for name in own or needed]
        return every if objection.part else [self._validations[objection.number].expression, *every]

    @cached_property
    def _about(self) -> Mapping[Objection, tuple[str, ...]]:
        """Return the variables that each objection needs."""
        return {
            each: (*self._closure(self._variables[each.part]), each.part)
            if each.part
            else self._needed[each.number]
            for each in self.objections
        }

    @cached_property
    def _shared(self) -> Counter[str]:
        """Count the objections that need a variable."""
        return Counter(name for needed in self._about.values() for name in needed)

    def asked(self, bound: Mapping[str, Any]) -> Asked:
        """Ask about one request; `bound` holds the variables of the API server."""
        values = dict(bound) | self._constants
        return Asked(
            self._conditions, self._variables, self._validations, values, self._keep, fails=self._fails
        )

    def _keep(self, name: str, value: Any) -> None:
        """Remember a variable that looks at nothing, such as a list of names."""
        program = self._variables[name]
        every = (program, *(self._variables[each] for each in self._closure(program)))
        if not any(inputs(each.expression) for each in every):
            self._constants[f"variables.{name}"] = value

    def _closure(self, program: Program) -> Iterator[str]:
        """List the variables that an expression needs, in the order in which they are declared."""
        needed: set[str] = set()
        open_ends = [program]
        while open_ends:
            for name in named(open_ends.pop().expression):
                if name in self._variables and name not in needed:
                    needed.add(name)
                    open_ends.append(self._variables[name])
        yield from (name for name in self._variables if name in needed)

    def _typed(self) -> Environment:
        """Declare the variables so far, each of the type that it was found to have."""
        types = {f"variables.{name}": program.type for name, program in self._variables.items()}
        return environment(dict.fromkeys(_INPUT) | types, functions(), extensions())


class Asked:
    """One request: variables are evaluated when an expression that names them is, and once."""

    def __init__(
        self,
        conditions: Sequence[Program],
        variables: Mapping[str, Program],
        validations: Sequence[Program],
        bound: dict[str, Any],
        keep: Callable[[str, Any], None],
        *,
        fails: bool,
    ) -> None:
        self._conditions, self._variables, self._validations = conditions, variables, validations
        self._bound = bound
        self._keep = keep
        self._fails = fails
        self._failed: set[str] = set()
        self._denied: dict[int, bool] = {}

    def raises(self, objection: Objection) -> bool:
        """Say whether a validation refuses the request, for this part of it if it has parts."""
        if self._left_out is not None:
            return self._left_out and not objection.part
        if not self._denies(objection.number):
            return False
        if objection.part:
            return self._has(objection.part)
        return not any(map(self._has, objection.rest))

    def _denies(self, number: int) -> bool:
        if number not in self._denied:
            found = self._value(self._validations[number])
            self._denied[number] = self._fails if isinstance(found, Failure) else found is not True
        return self._denied[number]

    def _has(self, name: str) -> bool:
        """Say whether a list of faults has any."""
        if f"variables.{name}" not in self._bound and name not in self._failed:
            self._evaluate(name)
        return bool(self._bound.get(f"variables.{name}"))

    @cached_property
    def _left_out(self) -> bool | None:
        """Return what is decided by match conditions alone, None where they let validations decide."""
        found = [condition(self._bound) for condition in self._conditions]
        if any(each is False for each in found):
            return False
        return self._fails if any(isinstance(each, Failure) for each in found) else None

    def _value(self, program: Program) -> Any:
        names = [name for name in named(program.expression) if name in self._variables]
        for name in names:
            if f"variables.{name}" not in self._bound and name not in self._failed:
                self._evaluate(name)
        given = (*inputs(program.expression), *(f"variables.{name}" for name in names))
        return program({each: self._bound[each] for each in given if each in self._bound})

    def _evaluate(self, name: str) -> None:
        """Evaluate a variable; one that fails stays unbound, an error only where it is used."""
        found = self._value(self._variables[name])
        if isinstance(found, Failure):
            self._failed.add(name)
            return
        self._bound[f"variables.{name}"] = found
        self._keep(name, found)


def _parts(environment: Environment, expression: str) -> list[Program]:
    """Take a validation apart; each part refuses what the whole would refuse."""
    whole = environment.compile(expression)
    try:
        return [environment.compile(part) for part in conjuncts(expression)]
    except RefusedError:
        return [whole]


@cache
def inputs(expression: str) -> tuple[str, ...]:
    """List what an expression looks at in a request; it may be more, never less."""
    return tuple(name for name in _INPUT if re.search(rf"\b{name}\b", expression))


@cache
def named(expression: str) -> tuple[str, ...]:
    """List the variables that an expression names."""
    return tuple(dict.fromkeys(_VARIABLE.findall(expression)))


@cache
def _plain() -> Environment:
    return environment(dict.fromkeys(_INPUT), functions(), extensions())
