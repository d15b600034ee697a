"""Compiled modules: which of them holds rules, what each rule is about, and what is not asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from tagward_generators.deciding.regex_examples import examples
from tagward_generators.deciding.rulings import RefusedError, Undecided

_PACKAGE = re.compile(r"^package\s+([\w.]+)", re.MULTILINE)
_JUDGING = "judged := resources(wanted)"
"""What stands in the module that holds the rules, even where these are none."""

_NAME = re.compile(r"\btagward\.\w+")
_RULE = re.compile(r'^(deny|warn|audit) contains finding\(resource, "([^"]*)", "([^"]*)"', re.MULTILINE)
_ELSE = re.compile(r"contains finding\(|\bsaid :=|\bresource\.(?:cloud|type|name|address|missing|unknown)\b")
_FIELD = re.compile(r"\bresource\.(\w+)")
_KEYS = re.compile(r'^\s*"([^"]+)": \{"keys": \{(.*?)\}, "inherit": (\[.*?\])\}', re.MULTILINE)
_OF_CLOUD = re.compile(r'"(\w+)": \[([^\]]*)\]')
_TAG = r'resource\.tags(?:\["(?P<tag>[^"]+)"\]|\.(?P<name>\w+))'
_TOKEN = re.compile(rf'{_TAG}|`(?P<pattern>[^`]*)`|"(?P<text>(?:[^"\\]|\\.)*)"')
_TYPE = re.compile(r'"((?:aws|azurerm|google)_\w+)"')

_ASKED = ("tags", "labels", "chosen", "unknown", "missing", "type", "cloud")
"""What plans are made to vary in."""


class Block(Struct, frozen=True):
    """All that finds one thing: where findings go, the tag and rule that they name, and the texts."""

    mode: str
    tag: str
    rule: str
    text: str


class Module(Struct, frozen=True):
    """The module that holds the rules; `keys` are those of each tag by cloud."""

    package: str
    blocks: tuple[Block, ...]
    text: str
    keys: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def types(self) -> list[str]:
        """List the types that are named."""
        return sorted({type_ for block in self.blocks for type_ in _TYPE.findall(block.text)})

    def vocabulary(self, block: Block, cloud: str) -> Mapping[str, tuple[str, ...]]:
        """Return the keys on a cloud of the tags that a rule looks at, each with values that it names."""
        about = [tag for tag in (block.tag, *_tags(block.text)) if tag in self.keys]
        found: dict[str, list[str]] = {tag: [] for tag in about}
        before: list[str] = []
        current: str | None = None
        for token in _TOKEN.finditer(_body(block.text)):
            if token["tag"] or token["name"]:
                current = token["tag"] or token["name"]
                found.get(current, []).extend(before)
                before = []
                continue
            values = examples(token["pattern"]) if token["pattern"] is not None else _plain(token["text"])
            (found.get(current, []) if current else before).extend(values)
            before = list(values)
        keys = ((self.keys[tag].get(cloud, ()), values) for tag, values in found.items())
        return {key: tuple(dict.fromkeys(values)) for spelled, values in keys for key in spelled}


def holding_rules(artifacts: Mapping[str, str]) -> Module:
    """Find the module that holds the rules. Raises RefusedError."""
    for text in artifacts.values():
        package = _PACKAGE.search(text)
        if package and _JUDGING in text:
            blocks = tuple(_joined(_blocks(text)))
            return Module(package[1], blocks, _unnamed(text), dict(_keys(text)))
    raise RefusedError("no module holds rules as tagward writes them")


def not_asked(artifacts: Mapping[str, str]) -> Iterator[Undecided]:
    """List what is not evaluated: how plans are read, and rules that look at more than tags and types."""
    for name, text in artifacts.items():
        if _JUDGING not in text:
            why = "only what it makes of plain resources is asked about"
            yield Undecided(name, why, _unnamed(text))
            continue
        for tag, _, inherited in _KEYS.findall(text):
            yield Undecided(
                f"what `{tag}` is inherited from", "no plan here has anything to inherit", inherited
            )
        for field in sorted({*_FIELD.findall(text)} - {*_ASKED}):
            blocks = [block.text for block in _blocks(text) if f"resource.{field}" in block.text]
            if blocks:
                yield Undecided(f"{name} (by {field})", f"it looks at `resource.{field}`", "\n".join(blocks))


def _blocks(text: str) -> Iterator[Block]:
    found = list(_RULE.finditer(text))
    for rule in found:
        end = text.find("\n}", rule.start())
        yield Block(rule[1], rule[2], rule[3], text[rule.start() : end if end >= 0 else len(text)])


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Put together what finds the same, as on one cloud and on another."""
    texts: dict[tuple[str, str, str], list[str]] = {}
    for each in blocks:
        texts.setdefault((each.mode, each.tag, each.rule), []).append(each.text)
    yield from (Block(*row, "\n".join(every)) for row, every in texts.items())


def _keys(text: str) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    for tag, by_cloud, _ in _KEYS.findall(text):
        yield (
            tag,
            {cloud: tuple(re.findall(r'"([^"]*)"', listed)) for cloud, listed in _OF_CLOUD.findall(by_cloud)},
        )


def _tags(text: str) -> Sequence[str]:
    return [found["tag"] or found["name"] for found in re.finditer(_TAG, text)]


def _body(text: str) -> str:
    """Leave out what is said and what is asked of anything but tags: no value of a tag is there."""
    return "\n".join(line for line in text.splitlines() if not _ELSE.search(line))


def _plain(text: str) -> tuple[str, ...]:
    """Return a text that may be a value; a type is none."""
    return () if _TYPE.fullmatch(f'"{text}"') else (text,)


def _unnamed(text: str) -> str:
    """Leave out the name of the package, which is that of the policy, and comments."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return _NAME.sub("tagward.PACKAGE", "\n".join(lines))
