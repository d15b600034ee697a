"""What a value in a CloudFormation template will be, where that is certain before the deployment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tagward.resource import TagValue, Unknown
from tagward_service.sources.interface import Place

Value = TagValue | None
"""A text, something that nobody knows yet, or None for what `AWS::NoValue` takes away."""

NO_VALUE = "AWS::NoValue"
_VARIABLE = re.compile(r"\$\{(!?)([^{}$]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")
_BLANKS = re.compile(r"\s+")
_LONGEST_SHOWN = 60
_LONGEST_DEFAULT = 40
_LONGEST_RESOLVED = 16 * 1024
"""Characters of a text that is looked into or put together; a tag value holds 256."""


def intrinsic(value: Any) -> tuple[str, Any] | None:
    """Return the name and the argument of an intrinsic function; None for anything else."""
    if type(value) is not dict or len(value) != 1:
        return None
    (name, argument), *_ = value.items()
    return (name, argument) if name == "Ref" or name.startswith("Fn::") else None


def is_no_value(value: Any) -> bool:
    """Tell whether a value takes away what it stands for."""
    return intrinsic(value) == ("Ref", NO_VALUE)


def unknown(value: Any) -> Unknown:
    """Make the unknown that an expression stands for."""
    return Unknown(f"`{shown(value)}`")


def condition_of(branches: list[Any]) -> Unknown:
    """Name the condition that chooses between two branches."""
    return Unknown(f"the condition `{_cut(str(branches[0]), _LONGEST_SHOWN)}`")


def branches_of(argument: Any) -> list[Any] | None:
    """Return the condition and the two branches that `Fn::If` takes; None when they are not there."""
    return _listed(argument, 3)


def _listed(argument: Any, count: int) -> list[Any] | None:
    return argument if isinstance(argument, list) and len(argument) == count else None


def shown(value: Any) -> str:
    """Write an expression in its short form, on one line and not at full length."""
    text = ""
    for piece in _pieces(value):
        text += piece[: _LONGEST_SHOWN + 1]
        if len(text) > _LONGEST_SHOWN:
            break
    return _cut(text, _LONGEST_SHOWN)


def _cut(text: str, longest: int) -> str:
    plain = _BLANKS.sub(" ", text[: 2 * longest]).replace("`", "'").lstrip()
    return plain.rstrip() if len(plain) <= longest else f"{plain[:longest].rstrip()}..."


def _pieces(value: Any) -> Iterator[str]:
    function = intrinsic(value)
    if function is not None:
        name, argument = function
        if name == "Fn::GetAtt" and isinstance(argument, list):
            argument = ".".join(map(str, argument))
        yield f"!{name.removeprefix('Fn::')} "
        yield from _pieces(argument)
    elif isinstance(value, list):
        yield from _listed_pieces("[", (("", each) for each in value), "]")
    elif isinstance(value, dict):
        yield from _listed_pieces("{", ((f"{key}: ", each) for key, each in value.items()), "}")
    else:
        yield _text(value)


def _listed_pieces(opening: str, items: Iterable[tuple[str, Any]], closing: str) -> Iterator[str]:
    yield opening
    for index, (name, each) in enumerate(items):
        yield f", {name}" if index else name
        yield from _pieces(each)
    yield closing


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


class Values:
    """Resolves the values of one template, as far as nothing can override them."""

    def __init__(self, parameters: dict[str, Any], mappings: dict[str, Any], place: Place) -> None:
        self._parameters = parameters
        self._mappings = mappings
        self._pseudo = {"AWS::AccountId": place.account, "AWS::Region": place.region}
        self._functions: dict[str, Callable[[Any], Value]] = {
            "Ref": self._reference,
            "Fn::FindInMap": self._mapped,
            "Fn::If": self._chosen,
            "Fn::Join": self._joined,
            "Fn::Select": self._selected,
            "Fn::Sub": self._substituted,
        }

    def text(self, value: Any) -> Value:
        """Return the text that a value will be."""
        if isinstance(value, (list, dict)):
            function = intrinsic(value)
            resolve = self._functions.get(function[0]) if function else None
            return resolve(function[1]) if resolve and function else unknown(value)
        text = _text(value)
        dynamic = _DYNAMIC.search(text, 0, _LONGEST_RESOLVED)
        if dynamic:
            return Unknown(f"the dynamic reference `{_cut(dynamic[0], _LONGEST_SHOWN)}`")
        return text

    def _reference(self, name: Any) -> Value:
        if name == NO_VALUE:
            return None
        if isinstance(name, str) and isinstance(self._parameters.get(name), dict):
            return _parameter(name, self._parameters[name])
        known = self._pseudo.get(name) if isinstance(name, str) else None
        return known or unknown({"Ref": name})

    def _chosen(self, argument: Any) -> Value:
        branches = branches_of(argument)
        if branches is None:
            return unknown({"Fn::If": argument})
        first, second = self.text(branches[1]), self.text(branches[2])
        is_certain = first == second and not isinstance(first, Unknown)
        return first if is_certain else condition_of(branches)

    def _joined(self, argument: Any) -> Value:
        both = _listed(argument, 2)
        if both is None or not isinstance(both[1], list):
            return unknown({"Fn::Join": argument})
        words = [self.text(each) for each in both[1]]
        known = [word for word in words if isinstance(word, str)]
        delimiter = _text(both[0])
        if len(known) < len(words) or not _is_short([*known, delimiter * len(known)]):
            return unknown({"Fn::Join": argument})
        return delimiter.join(known)

    def _selected(self, argument: Any) -> Value:
        both = _listed(argument, 2)
        index = _text(both[0]) if both else ""
        items = self._items(both[1]) if both else None
        if items is None or not index.isascii() or not index.isdigit() or len(index) > 4:
            return unknown({"Fn::Select": argument})
        at = int(index)
        return self.text(items[at]) if at < len(items) else unknown({"Fn::Select": argument})

    def _items(self, value: Any) -> list[Any] | None:
        """Return a list that is written out, or a known text that is split."""
        function = intrinsic(value)
        if function is None or function[0] != "Fn::Split":
            return value if isinstance(value, list) else None
        both = _listed(function[1], 2)
        whole = self.text(both[1]) if both else None
        if both is None or not isinstance(whole, str) or not _is_short([whole]):
            return None
        delimiter = both[0]
        return list(whole.split(delimiter)) if isinstance(delimiter, str) and delimiter else None

    def _mapped(self, argument: Any) -> Value:
        keys = [self.text(each) for each in argument[:3]] if isinstance(argument, list) else []
        found: Any = self._mappings if len(keys) == 3 else None
        for key in keys:
            found = found.get(key) if isinstance(found, dict) and isinstance(key, str) else None
        if found is None or isinstance(found, (list, dict)):
            return unknown({"Fn::FindInMap": argument})
        return self.text(found)

    def _substituted(self, argument: Any) -> Value:
        text, given = argument, {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
            text, given = argument
        if not isinstance(text, str) or not _is_short([text]):
            return unknown({"Fn::Sub": argument})
        alone = _VARIABLE.fullmatch(text)
        if alone and alone[2] in self._parameters:
            return self._variable(alone, given)
        filled = self._fill(text, given)
        return unknown({"Fn::Sub": text}) if filled is None else self.text(filled)

    def _fill(self, text: str, given: dict[str, Any]) -> str | None:
        """Put the values of the variables into a text; None when one of them is not known."""
        words: list[str] = []
        end = 0
        for variable in _VARIABLE.finditer(text):
            value = self._variable(variable, given)
            if not isinstance(value, str):
                return None
            words += (text[end : variable.start()], value)
            end = variable.end()
        words.append(text[end:])
        return "".join(words) if _is_short(words) else None

    def _variable(self, variable: re.Match[str], given: dict[str, Any]) -> Value:
        name = variable[2].strip()
        if variable[1]:
            return f"${{{variable[2]}}}"
        return self.text(given[name]) if name in given else self._reference(name)


def _is_short(words: list[str]) -> bool:
    return sum(map(len, words)) <= _LONGEST_RESOLVED


def _parameter(name: str, declared: dict[str, Any]) -> Value:
    """Tell what a parameter will be: a stack may override its default, unless it may have one value only."""
    is_secret = _text(declared.get("NoEcho")).lower() == "true"
    is_stored = _text(declared.get("Type")).startswith("AWS::SSM::Parameter::")
    only = _listed(declared.get("AllowedValues"), 1)
    if only and not (is_secret or is_stored or isinstance(only[0], (list, dict))):
        return _text(only[0])
    default = declared.get("Default")
    if default is None or is_secret:
        return Unknown(f"the parameter `{name}`")
    if default == "":
        return Unknown(f"the parameter `{name}` (empty by default)")
    word = "stored at" if is_stored else "default"
    return Unknown(f"the parameter `{name}` ({word} `{_cut(_text(default), _LONGEST_DEFAULT)}`)")
