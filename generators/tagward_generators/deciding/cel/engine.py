"""Google's CEL engine: an expression compiled once, asked many times; errors are values."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from msgspec import Struct

from tagward_generators.deciding.rulings import RefusedError


class Failure(Struct, frozen=True):
    """An evaluation that ended in an error."""

    said: str


class Program:
    """A compiled expression; `kind` is the type it was found to have, in words of the engine."""

    def __init__(self, expression: str, compiled: Any) -> None:
        self.expression = expression
        self.type: Any = compiled.return_type()
        self._compiled = compiled

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        """Evaluate; a variable that is not bound is an error only where it is needed."""
        found = self._compiled.eval(data=dict(variables))
        if found.type().name() == "ERROR":
            return Failure(str(found.plain_value()))
        return found.plain_value()


class Environment:
    """Declared variables and functions."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._programs: dict[str, Program] = {}

    def compile(self, expression: str) -> Program:
        """Compile an expression, or recall it. Raises RefusedError."""
        if expression not in self._programs:
            try:
                compiled = self._environment.compile(expression)
            except (RuntimeError, ValueError) as error:
                first = str(error).partition("\n")[0]
                raise RefusedError(f"its CEL is refused: {first}") from None
            self._programs[expression] = Program(expression, compiled)
        return self._programs[expression]


def environment(
    variables: Mapping[str, Any], functions: Sequence[Any] = (), extensions: Sequence[Any] = ()
) -> Environment:
    """Make an environment; a variable of the type None may be anything."""
    engine = cel()
    types = {name: engine.Type.DYN if kind is None else kind for name, kind in variables.items()}
    return Environment(engine.NewEnv(variables=types, functions=list(functions), extensions=list(extensions)))


def cel() -> Any:
    """Return the engine's module; it is an extra, so that nothing imports it before it is needed."""
    return import_module("cel_expr_python.cel")


def extension(name: str) -> Any:
    """Return the module of one of the engine's extensions."""
    return import_module(f"cel_expr_python.ext.ext_{name}")
