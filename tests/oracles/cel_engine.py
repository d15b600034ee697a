"""CEL by Google's C++ engine: an expression compiled once, evaluated many times, errors as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version as installed
from importlib.util import find_spec
from typing import Any

from tests.oracles.cel_kubernetes import functions
from tests.oracles.tool import why_absent

Value = Any
"""What an expression evaluates to: bool, int, float, str, bytes, None, list, dict; or a Failure."""


@dataclass(frozen=True)
class Failure:
    """An evaluation that ended in an error."""

    said: str


class CompileError(ValueError):
    """An expression that the engine refuses to compile."""


def absent() -> str:
    """Say why the engine cannot run; "" when it can."""
    return why_absent("cel", there=find_spec("cel_expr_python") is not None)


def version() -> str:
    """Name the engine and its version."""
    return f"cel-expr-python {installed('cel-expr-python')}"


@dataclass(frozen=True)
class Program:
    """A compiled expression."""

    expression: str
    compiled: Any
    type: Any
    """The type it was checked to have: `type.name()` is BOOL, STRING, DYN, LIST<STRING> ..."""

    def evaluate(self, variables: Mapping[str, Any]) -> Value:
        """Evaluate with variables bound; one that is left out is an error only where it is needed."""
        found = self.compiled.eval(data=dict(variables))
        if found.type().name() == "ERROR":
            return Failure(str(found.plain_value()))
        return found.plain_value()


@dataclass(frozen=True)
class Environment:
    """Declared variables and functions; compiles expressions and remembers them."""

    engine: Any
    programs: dict[str, Program]

    def compile(self, expression: str) -> Program:
        """Compile an expression; CompileError says what the engine has against it."""
        if expression not in self.programs:
            try:
                compiled = self.engine.compile(expression)
            except RuntimeError as error:
                raise CompileError(f"`{expression}`: {error}") from error
            self.programs[expression] = Program(expression, compiled, compiled.return_type())
        return self.programs[expression]

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Value:
        """Compile, or recall, an expression and evaluate it."""
        return self.compile(expression).evaluate(variables)


@cache
def gcp() -> Environment:
    """CEL of organization policy constraints: `resource`, the standard functions, nothing else."""
    cel = engine()
    return Environment(cel.NewEnv(variables={"resource": cel.Type.DYN}), {})


def kubernetes(*names: str, typed: Mapping[str, Any] | None = None) -> Environment:
    """CEL of admission policies: variables that may be anything, and `typed` ones of a program's type.

    Not as in the API server: no authorizer; no url, ip, cidr, quantity, semver and format libraries; no
    comprehensions with two variables; none of the list functions of 1.34 (sort, flatten ...), nor indexOf
    and lastIndexOf of a list; no cost limits; list literals of mixed types are let through.
    """
    cel = engine()
    strings, optional = (import_module(f"cel_expr_python.ext.ext_{name}") for name in ("strings", "optional"))
    return Environment(
        cel.NewEnv(
            variables=dict.fromkeys(names, cel.Type.DYN) | dict(typed or {}),
            functions=functions(cel),
            extensions=[strings.ExtStrings(2), optional.ExtOptional()],
        ),
        {},
    )


def engine() -> Any:
    """Import the engine; it is optional, so nothing imports it at the top of a module."""
    return import_module("cel_expr_python.cel")
