"""Mutations of parsed data: other types, other keys, other nesting, nasty texts; then written out again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import yaml

from tests.fuzz.nasty import PATTERNS, RAW, SCALARS, TEXTS, marker, with_raw

Path = tuple[str | int, ...]
Change = Callable[[Random, Any, Sequence[Any]], Any]

REMOVED = object()
"""What a change returns for a value that is to go, with its key."""


def paths_of(data: Any, path: Path = ()) -> Iterator[Path]:
    """Name every value in some data, itself first."""
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield from paths_of(value, (*path, step))


def values_of(data: Any) -> Iterator[Any]:
    """Give every value in some data, itself first."""
    yield data
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from values_of(value)


def mutated(random: Random, data: Any, paths: Sequence[Path], others: Sequence[Any]) -> Any:
    """Change data in one to five places; `others` are values to put in. The data itself stays as it is."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        changed = _changed(random, data, random.choice(paths), others)
        data = data if changed is REMOVED else changed
    return data


def _changed(random: Random, data: Any, path: Path, others: Sequence[Any]) -> Any:
    """Copy what leads to a path and change what is there; a path that is gone changes what is left of it."""
    if not path or not _has(data, path[0]):
        change = random.choice(_OF_TYPE.get(type(data), _OF_ANY) if random.random() < 0.6 else _OF_ANY)
        return change(random, data, others)
    step = path[0]
    value = _changed(random, data[step], path[1:], others)
    copy = data.copy()
    if value is REMOVED:
        del copy[step]
    else:
        copy[step] = value
    return copy


def _has(data: Any, step: str | int) -> bool:
    return step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data))


def _nasty(random: Random, _value: Any, _others: Sequence[Any]) -> Any:
    return random.choice((nasty_text, nasty_text, _scalar, _raw))(random)


def nasty_text(random: Random) -> str:
    """Choose a text that something trips over."""
    return random.choice(PATTERNS if random.random() < 0.25 else TEXTS)


def _scalar(random: Random) -> Any:
    return random.choice(SCALARS)


def _raw(random: Random) -> str:
    return marker(random.randrange(len(RAW)))


def _transplant(random: Random, _value: Any, others: Sequence[Any]) -> Any:
    return random.choice(others)


def _remove(_random: Random, _value: Any, _others: Sequence[Any]) -> Any:
    return REMOVED


def _wrap(random: Random, value: Any, _others: Sequence[Any]) -> Any:
    for _ in range(random.choice((1, 1, 1, 2, 20, 70, 150))):
        value = [value] if random.random() < 0.5 else {random.choice(("a", "tags", "items", "not")): value}
    return value


def _add_key(random: Random, value: dict[Any, Any], others: Sequence[Any]) -> Any:
    key = f"{random.choice(list(value))}x" if value and random.random() < 0.3 else nasty_text(random)
    return {**value, key: _transplant(random, None, others) if random.random() < 0.5 else "x"}


def _rename_key(random: Random, value: dict[Any, Any], _others: Sequence[Any]) -> Any:
    if not value:
        return value
    old = random.choice(list(value))
    new = nasty_text(random) if random.random() < 0.5 else _edited(random, str(old), ())
    return {new if key == old else key: inner for key, inner in value.items()}


def _swap_values(random: Random, value: dict[Any, Any], _others: Sequence[Any]) -> Any:
    keys = list(value)
    return dict(zip(keys, random.sample(list(value.values()), len(keys)), strict=True))


def _unwrap(random: Random, value: Any, _others: Sequence[Any]) -> Any:
    inner = list(value.values()) if isinstance(value, dict) else value
    return random.choice(inner) if inner else None


def _repeat_item(random: Random, value: list[Any], _others: Sequence[Any]) -> Any:
    return value + [random.choice(value)] * random.choice((1, 1, 2, 300)) if value else [value]


def _add_item(random: Random, value: list[Any], others: Sequence[Any]) -> Any:
    return [*value, random.choice((_nasty, _transplant))(random, None, others)]


def _edited(random: Random, value: str, _others: Sequence[Any]) -> str:
    at = random.randint(0, len(value))
    how = random.randrange(6)
    if how == 0:
        return value[:at] + nasty_text(random) + value[at:]
    if how == 1:
        return value[:at] + value[at + 1 :]
    if how == 2:
        return value[:at]
    if how == 3:
        return value.swapcase()
    if how == 4:
        return value * random.choice((2, 30))
    return value[:at] + random.choice("*?![]{}()|\\.-_/: $\"'\n\0é") + value[at:]


def _other_number(random: Random, value: float, _others: Sequence[Any]) -> Any:
    return random.choice((-value, value + 1, value * 1000, value / 3, str(value), not value))


_OF_ANY: tuple[Change, ...] = (_nasty, _nasty, _transplant, _remove, _remove, _wrap)
_OF_TYPE: dict[type, tuple[Change, ...]] = {
    dict: (_add_key, _rename_key, _rename_key, _swap_values, _unwrap),
    list: (_repeat_item, _add_item, _unwrap),
    str: (_edited,),
    int: (_other_number,),
    float: (_other_number,),
}


def as_json(random: Random, data: Any) -> bytes:
    """Write data as JSON, one document after the other when it is several."""
    ascii_only = random.random() < 0.5
    indent = random.choice((None, None, 2))
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent, default=str)
    return with_raw(text).encode("utf-8", "surrogatepass")


def as_yaml(random: Random, data: Any, *, several: bool = False) -> bytes:
    """Write data as YAML in blocks (values that occur twice become aliases), or in braces."""
    documents = data if several and isinstance(data, list) else [data]
    try:
        if random.random() < 0.6:
            text = yaml.dump_all(documents, Dumper=_DUMPER, allow_unicode=True, sort_keys=False)
            return with_raw(text).encode("utf-8", "surrogatepass")
    except UnicodeError:  # a lone surrogate, which libyaml refuses to write
        pass
    return b"\n---\n".join(as_json(random, document) for document in documents)


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
