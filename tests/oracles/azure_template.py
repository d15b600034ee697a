"""An interpreter for the template functions that compiled policy rules use, as strict as Azure is.

From Microsoft's documentation of policy rules and of template functions. What Azure does not document to
accept null fails here, and a failure denies: `if` alone leaves one of its sides alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z]+)|(?P<mark>[()\[\],.]))"
)


class TemplateError(Exception):
    """An expression fails, which denies the request."""


@dataclass(frozen=True)
class Scene:
    """What an expression can see; tag names of the resource are compared without case."""

    resource: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    resource_group: Mapping[str, Any] = field(default_factory=dict)
    subscription: Mapping[str, Any] = field(default_factory=dict)
    current: Mapping[str, Any] = field(default_factory=dict)


def is_expression(text: str) -> bool:
    """Say whether a text is an expression and not a literal."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def value_of(written: Any, scene: Scene) -> Any:
    """Return what a literal or an expression stands for."""
    if not isinstance(written, str):
        return written
    if is_expression(written):
        return Reader(written[1:-1]).whole()(scene)
    return written[1:] if written.startswith("[[") else written


def field_of(name: str, resource: Mapping[str, Any]) -> Any:
    """Return a field of a resource; None when it is not there."""
    if name.startswith("tags['"):
        return property_of(resource.get("tags"), name[len("tags['") : -len("']")])
    return resource.get(name)


def property_of(container: Any, name: str) -> Any:
    """Return a property, whatever its case; None when it is not there, or nothing is."""
    low = name.lower()
    return next((value for key, value in (container or {}).items() if key.lower() == low), None)


Evaluate = Callable[[Scene], Any]


class Reader:
    """Reads one expression."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = TOKEN.match(text, at)
            assert found, text[at:]
            assert found.lastgroup
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def whole(self) -> Evaluate:
        """Read everything there is."""
        read = self.expression()
        assert not self.tokens, self.tokens
        return read

    def expression(self) -> Evaluate:
        """Read a literal, or a call with the properties that are asked of it."""
        kind, text = self.tokens.pop(0)
        if kind == "text":
            return constant(text[1:-1].replace("''", "'"))
        if kind == "number":
            return constant(int(text))
        read = self.call(text)
        while self.tokens and self.tokens[0][1] in ".[":
            read = self.property(read)
        return read

    def call(self, name: str) -> Evaluate:
        """Read the arguments of a function."""
        self.expect("(")
        arguments: list[Evaluate] = []
        while self.tokens[0][1] != ")":
            arguments.append(self.expression())
            if self.tokens[0][1] == ",":
                self.expect(",")
        self.expect(")")
        return calling(name.lower(), arguments)

    def property(self, container: Evaluate) -> Evaluate:
        """Read a property by its name or by a text in brackets."""
        mark = self.tokens.pop(0)[1]
        name = self.tokens.pop(0)[1].strip("'").replace("''", "'")
        if mark == "[":
            self.expect("]")
        return lambda scene: property_of(container(scene), name)

    def expect(self, mark: str) -> None:
        """Read a mark."""
        assert self.tokens.pop(0)[1] == mark


def constant(value: Any) -> Evaluate:
    """Return an expression that is always the same."""
    return lambda _: value


def calling(name: str, arguments: list[Evaluate]) -> Evaluate:
    """Return the call of a function."""
    if name == "if":
        test, first, second = arguments
        return lambda scene: first(scene) if test(scene) else second(scene)
    if name in SCENES:
        return lambda scene: SCENES[name](scene, *(argument(scene) for argument in arguments))
    return lambda scene: FUNCTIONS[name](*(argument(scene) for argument in arguments))


def text(value: Any) -> str:
    """Insist on a text."""
    if not isinstance(value, str):
        raise TemplateError(f"{value!r} is not a text")
    return value


def sized(value: Any) -> int:
    """Return a length as UTF-16 counts it."""
    if isinstance(value, dict | list):
        return len(value)
    return len(text(value).encode("utf-16-le")) // 2


def as_text(value: Any) -> str:
    """Write a value as JSON."""
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


SCENES: dict[str, Callable[..., Any]] = {
    "field": lambda scene, name: field_of(name, scene.resource),
    "parameters": lambda scene, name: scene.parameters[name],
    "current": lambda scene, name: scene.current[name],
    "resourcegroup": lambda scene: scene.resource_group,
    "subscription": lambda scene: scene.subscription,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "empty": lambda value: value is None or len(value) == 0,
    "trim": lambda value: text(value).strip(),
    "take": lambda value, count: text(value)[: max(count, 0)],
    "skip": lambda value, count: text(value)[max(count, 0) :],
    "length": sized,
    "sub": lambda left, right: left - right,
    "tolower": lambda value: text(value).lower(),
    "toupper": lambda value: text(value).upper(),
    "replace": lambda value, old, new: text(value).replace(old, new),
    "string": as_text,
}
