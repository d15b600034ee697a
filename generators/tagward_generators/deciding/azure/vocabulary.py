"""Which tags a condition looks at, and values that matter to it: named ones, and those of a form it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tagward_generators.deciding.azure.conditions import Condition, Count, Test, expressions, tests
from tagward_generators.deciding.azure.functions import tag_named
from tagward_generators.deciding.azure.templates import Call, Expression, Literal, Property
from tagward_generators.deciding.wildcards import example

_WILD = {"#": "0", "?": "a", ".": "x"}
_ODD = "!"
"""A letter that hardly any alphabet has."""


@dataclass
class _Named:
    """What is named of one tag: whole texts, how texts begin, how long they are, of which letters."""

    texts: dict[str, None] = field(default_factory=dict)
    heads: dict[str, None] = field(default_factory=dict)
    lengths: dict[int, None] = field(default_factory=dict)
    letters: dict[str, None] = field(default_factory=dict)

    @property
    def values(self) -> Iterator[str]:
        """Yield values worth trying."""
        yield from self.texts
        if not (self.heads or self.lengths or self.letters):
            return
        for head in self.heads or {"": None}:
            for length in self._long(head):
                yield (head + self._usual * length)[:length]
        shortest = max(min((each for each in self.lengths if each), default=1), 1)
        plain = (next(iter(self.heads), "") + self._usual * shortest)[: shortest - 1]
        yield from (plain + letter for letter in (*self.letters, _ODD))

    def _long(self, head: str) -> list[int]:
        """List lengths around those that are asked for."""
        asked = (*self.lengths, len(head))
        return sorted({max(each + by, 0) for each in asked for by in (-1, 0, 1)})

    @property
    def _usual(self) -> str:
        return "a" if "a" in self.letters else next(iter(self.letters), "a")


def vocabulary(condition: Condition) -> Mapping[str, Sequence[str]]:
    """Return the tags, spelled as in the first place they are named at, each with values."""
    found: dict[str, _Named] = {}
    spelled: dict[str, str] = {}
    for test in tests(condition):
        for key in _keys(test):
            named = found.setdefault(spelled.setdefault(key.lower(), key), _Named())
            _add(named, test)
    return {key: tuple(dict.fromkeys(each.values)) for key, each in found.items()}


def _keys(test: Test) -> Iterator[str]:
    for each in expressions(test):
        match each:
            case Call("field", (Literal(str(name)),)) if tag := tag_named(name):
                yield tag
            case Property(Property(Call(), Literal(tags)), Literal(str(name))) if str(tags).lower() == "tags":
                yield name
    if test.operator.lower().endswith("containskey") and isinstance(test.wanted, Literal):
        yield str(test.wanted.value)
    if isinstance(test.subject, Count):
        yield from map(str, test.subject.values)


def _add(named: _Named, test: Test) -> None:
    for letter in _letters(test.subject):
        named.letters.setdefault(letter)
    if not isinstance(test.wanted, Literal):
        return
    wanted = test.wanted.value
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        named.lengths.setdefault(wanted)
    for text in texts_of(test.operator, wanted):
        is_part = isinstance(test.subject, Call) and test.subject.name in ("take", "skip")
        (named.heads if is_part else named.texts).setdefault(text)


def texts_of(operator: str, wanted: Any) -> Iterable[str]:
    """List texts that an operator finds, or the opposite of it does not."""
    operator = operator.lower()
    texts = [each for each in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(each, str)]
    if operator.endswith(("match", "matchinsensitively")):
        return ["".join(_WILD.get(letter, letter) for letter in text) for text in texts]
    if operator.endswith("like"):
        return map(example, texts)
    return texts if operator.endswith(("equals", "in", "contains")) else ()


def _letters(subject: Expression | Count) -> Iterator[str]:
    """List the letters that are taken away from a value to see whether others are left."""
    match subject:
        case Call("replace", (inner, Literal(str(letter)), _)):
            yield from _letters(inner)
            yield letter
