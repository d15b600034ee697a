"""Template expressions in policy rules, read once: calls, texts, numbers and properties.

After Microsoft's documentation of policy rules and of the template functions. Functions that are not here are
refused; null is an error wherever Azure does not say that it is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from tagward_generators.deciding.azure.functions import FUNCTIONS, OF_SCENE, as_boolean, check_field
from tagward_generators.deciding.azure.scene import Failed, Scene, property_of
from tagward_generators.deciding.rulings import RefusedError

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z]\w*)|(?P<mark>[()\[\],.]))"
)
_LAYERS = {"resourcegroup": ("tags", "name", "location"), "subscription": ("tags", "subscriptionid")}

NOWHERE = Scene({}, {}, {})

DEEPEST = 100

Parameters = Mapping[str, Any]


class Literal(Struct, frozen=True):
    """A text, a number or a list, as it is."""

    value: Any

    def __call__(self, scene: Scene) -> Any:  # noqa: ARG002
        """Return it."""
        return self.value


class Call(Struct, frozen=True):
    """A function, with what it is given."""

    name: str
    arguments: tuple[Expression, ...]

    def __call__(self, scene: Scene) -> Any:
        """Call it; `if` looks at one of its branches only."""
        if self.name == "if":
            test, yes, no = self.arguments
            return (yes if as_boolean(test(scene)) else no)(scene)
        given = [argument(scene) for argument in self.arguments]
        try:
            if self.name in OF_SCENE:
                return OF_SCENE[self.name](scene, *given)
            return FUNCTIONS[self.name](*given)
        except TypeError:
            raise Failed(f"{self.name}() is given what it does not take") from None


class Property(Struct, frozen=True):
    """A property of something."""

    of: Expression
    name: Expression

    def __call__(self, scene: Scene) -> Any:
        """Look it up."""
        return property_of(self.of(scene), str(self.name(scene)))


Expression = Literal | Call | Property


def written(value: Any, parameters: Parameters) -> Expression:
    """Read what stands in a rule: a literal, or an expression in brackets. Raises RefusedError."""
    if isinstance(value, list):
        return Literal([_constant(each, parameters) for each in value])
    if not isinstance(value, str):
        return Literal(value)
    if is_expression(value):
        return _filled(_read(value[1:-1]), parameters)
    return Literal(value[1:] if value.startswith("[[") else value)


def is_expression(text: str) -> bool:
    """Say whether a text is an expression and not a literal."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def parts(expression: Expression) -> Iterator[Expression]:
    """List an expression and all that is in it."""
    yield expression
    match expression:
        case Call(_, arguments):
            for each in arguments:
                yield from parts(each)
        case Property(of, name):
            yield from parts(of)
            yield from parts(name)


def _constant(value: Any, parameters: Parameters) -> Any:
    found = written(value, parameters)
    if not isinstance(found, Literal):
        raise RefusedError(f"it has an expression in a list: {value}")
    return found.value


def _filled(expression: Expression, parameters: Parameters) -> Expression:
    """Put the values of parameters in, and work out what is the same for every request."""
    found = _worked_out(_with_parameters(expression, parameters))
    _check(found)
    return found


def _with_parameters(expression: Expression, parameters: Parameters) -> Expression:
    match expression:
        case Call("parameters", (Literal(name),)):
            if name not in parameters:
                raise RefusedError(f"its parameter `{name}` has no value")
            return Literal(parameters[name])
        case Call(name, arguments):
            return Call(name, tuple(_with_parameters(each, parameters) for each in arguments))
        case Property(of, name):
            return Property(_with_parameters(of, parameters), _with_parameters(name, parameters))
    return expression


def _worked_out(expression: Expression) -> Expression:
    match expression:
        case Call(name, arguments):
            made = Call(name, tuple(map(_worked_out, arguments)))
            literal = all(isinstance(each, Literal) for each in made.arguments)
            return Literal(made(NOWHERE)) if literal and name in FUNCTIONS else made
        case Property(of, name):
            return Property(_worked_out(of), _worked_out(name))
    return expression


def _check(expression: Expression) -> None:
    """Raise RefusedError where an expression looks at what no request here varies in."""
    match expression:
        case Property(Call(name, ()), Literal(property)) if name in _LAYERS:
            if str(property).lower() not in _LAYERS[name]:
                raise RefusedError(f"it looks at `{name}().{property}`")
        case Call(name, arguments):
            if name in _LAYERS:
                raise RefusedError(f"it looks at all of `{name}()`")
            if name == "field":
                check_field(arguments[0].value if isinstance(arguments[0], Literal) else None)
            for each in arguments:
                _check(each)
        case Property(of, name):
            _check(of)
            _check(name)


@cache
def _read(text: str) -> Expression:
    return _Reader(text).whole()


class _Reader:
    """Reads one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._cut())
        self._depth = 0

    def whole(self) -> Expression:
        """Read everything there is."""
        try:
            read = self._expression()
        except IndexError:
            raise self._refused() from None
        if self._tokens:
            raise self._refused()
        return read

    def _cut(self) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(self._text):
            found = _TOKEN.match(self._text, at)
            if found is None or found.lastgroup is None:
                raise self._refused()
            yield found.lastgroup, found[found.lastgroup]
            at = found.end()

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._refused()
        kind, text = self._tokens.pop(0)
        read = _ATOMS[kind](text) if kind in _ATOMS else self._call(text)
        while self._tokens and self._tokens[0][1] in (".", "["):
            read = Property(read, self._property())
        self._depth -= 1
        return read

    def _call(self, name: str) -> Expression:
        low = name.lower()
        if low != "if" and low not in FUNCTIONS and low not in OF_SCENE and low != "parameters":
            raise RefusedError(f"it calls `{name}()`")
        self._expect("(")
        arguments: list[Expression] = []
        while self._tokens[0][1] != ")":
            arguments.append(self._expression())
            if self._tokens[0][1] == ",":
                self._expect(",")
        self._expect(")")
        if low == "if" and len(arguments) != 3:
            raise self._refused()
        return Call(low, tuple(arguments))

    def _property(self) -> Expression:
        if self._tokens.pop(0)[1] == ".":
            kind, text = self._tokens.pop(0)
            if kind != "name":
                raise self._refused()
            return Literal(text)
        inside = self._expression()
        self._expect("]")
        return inside

    def _expect(self, mark: str) -> None:
        if self._tokens.pop(0) != ("mark", mark):
            raise self._refused()

    def _refused(self) -> RefusedError:
        return RefusedError(f"it has an expression that is not understood: [{self._text}]")


_ATOMS: Mapping[str, Callable[[str], Literal]] = {
    "text": lambda text: Literal(text[1:-1].replace("''", "'")),
    "number": lambda text: Literal(int(text)),
}
