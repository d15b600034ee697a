"""Rego, line by line, as `opa fmt` writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TypeAlias

from tagward.globs import is_literal
from tagward_generators.regexes import of_globs

Body: TypeAlias = tuple[str, ...]
"""Lines of a rule, which hold together."""

INLINE = 80
"""A set of more characters gets a name and a line for each of its members."""


KEYWORDS = frozenset(
    {
        *(
            "as",
            "contains",
            "default",
            "else",
            "every",
            "false",
            "if",
            "import",
            "in",
            "not",
            "null",
            "package",
        ),
        *("some", "true", "with"),
    }
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Constants:
    """Sets and texts that have a name, because they are long or stand for something."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def set(self, name: str, texts: Iterable[str]) -> str:
        """Return a set of texts, or its name when it is long; sets alike have one name."""
        members = tuple(map(quoted, texts))
        inline = f"{{{', '.join(members)}}}"
        if len(inline) <= INLINE:
            return inline
        lines = "".join(f"\t{member},\n" for member in members)
        return self._named(name, f"{{\n{lines}}}")

    def text(self, name: str, text: str) -> str:
        """Return the name of a text."""
        return self._named(name, raw(text))

    def definitions(self) -> tuple[str, ...]:
        """Return the definitions of all names, in the order of their first use."""
        return tuple(f"{name} := {written}" for written, name in self._names.items())

    def _named(self, name: str, written: str) -> str:
        if written not in self._names:
            taken = set(self._names.values())
            plain = identifier(name)
            options = (plain, *(f"{plain}_{number}" for number in range(2, len(taken) + 3)))
            self._names[written] = next(each for each in options if each not in taken)
        return self._names[written]


def rule(head: str, body: Body) -> str:
    """Write a rule."""
    if len(body) == 1:
        return f"{head} if {body[0]}"
    lines = "".join(f"\t{line}\n" for line in body)
    return f"{head} if {{\n{lines}}}"


def fails(line: str) -> str:
    """Write that a line does not hold."""
    return line.removeprefix("not ") if line.startswith("not ") else f"not {line}"


def member(of: str, key: str) -> str:
    """Refer to what an object has under a key."""
    plain = NAME.fullmatch(key) and key not in KEYWORDS
    return f"{of}.{key}" if plain else f"{of}[{quoted(key)}]"


def is_text(value: str, text: str) -> str:
    """Compare a value with a text."""
    return f"{value} == {quoted(text)}"


def matches(value: str, regex: str) -> str:
    """Ask whether a value is matched by RE2, which looks for a part unless anchored."""
    return f"regex.match({raw(regex)}, {value})"


def among(value: str, globs: tuple[str, ...], name: str, constants: Constants) -> str:
    """Ask whether a value is matched by one of the shell globs."""
    if not all(map(is_literal, globs)):
        return matches(value, of_globs(globs))
    return is_text(value, globs[0]) if len(globs) == 1 else f"{value} in {constants.set(name, globs)}"


def quoted(text: str) -> str:
    """Write a text as a Rego string."""
    return json.dumps(text, ensure_ascii=False)


def raw(text: str) -> str:
    """Write a text without escapes where it can be."""
    return f"`{text}`" if text.isprintable() and "`" not in text else quoted(text)


def identifier(text: str) -> str:
    """Make a name of a text."""
    plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").lower()
    return plain if plain[:1].isalpha() else f"of_{plain}"
