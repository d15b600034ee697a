"""Custom policy definitions: the parts that belong together, as one rule with an effect that is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, json
from msgspec.structs import replace

from tagward.policy import Policy
from tagward_generators.azure_policy.conditions import condition
from tagward_generators.azure_policy.names import shortened, slug
from tagward_generators.azure_policy.outcomes import ADVISED, Part
from tagward_generators.azure_policy.reach import CONTAINERS
from tagward_generators.azure_policy.writing import Json, all_of, any_of, count
from tagward_generators.logic import Some
from tagward_generators.rules import EVERY_TAG
from tagward_generators.targets import CompileError

MOST_CONDITIONS = 4096

DENY = "denyEffect"
AUDIT = "auditEffect"
"""The parameters of the initiative that decide the effect of its definitions."""

TITLES = {
    "required": "is there",
    "value": "has a value that is accepted",
    "forbidden-keys": "no forbidden tag names",
    "unknown-keys": "no tag names beside those of the policy",
    "too-many": "not too many tags",
}
"""What a definition asks for."""


class Definition(Struct, frozen=True):
    """One definition: `when` it applies and what happens `then`.

    `passes` names the initiative's parameter that decides the effect, which is one of `effects`, the first of
    them unless told otherwise. What is `exempted` heeds exemptions, which advice does not.
    """

    name: str
    tag: str
    rules: tuple[str, ...]
    mode: str
    title: str
    message: str
    when: Json
    passes: str
    effects: tuple[str, ...] = ("Audit", "Deny", "Disabled")
    details: Json | None = None
    exempted: bool = False


def definitions(policy: Policy, parts: Iterable[Part]) -> Iterator[Definition]:
    """Bring parts together: by tag and what is wrong, by what happens then, and by the mode of evaluation."""
    groups: dict[tuple[object, ...], list[Part]] = {}
    for part in parts:
        key = (part.rule.tag, part.stem, part.level == ADVISED, part.reach.mode)
        groups.setdefault(key, []).append(part)
    for group in groups.values():
        yield from _numbered(_whole(policy, group), list(_packed(group)))


def _whole(policy: Policy, parts: list[Part]) -> Definition:
    """Describe what a group of parts has in common."""
    first = parts[0]
    tag = "" if first.rule.tag == EVERY_TAG else first.rule.tag
    advised = ADVISED if first.level == ADVISED else ""
    where = "containers" if first.reach.kind else ""
    name = "-".join(filter(None, (policy.name, slug(tag), first.stem, advised, where)))
    on = " and ".join(dict.fromkeys(part.reach.name for part in parts))
    return Definition(
        shortened(name),
        first.rule.tag,
        tuple(dict.fromkeys(part.rule.name for part in parts)),
        first.reach.mode,
        " ".join(filter(None, (f"{policy.name}:", tag, TITLES[first.stem], f"({on})"))),
        _message(parts),
        {},
        DENY if first.denies else AUDIT,
        exempted=not advised,
    )


def _message(parts: list[Part]) -> str:
    """Say what to do; what is required says all that is to be said of blank values too."""
    telling = [part for part in parts if part.rule.kind != "blank"] or parts
    return "; ".join(dict.fromkeys(part.message for part in telling))


def _numbered(whole: Definition, rules: list[Json]) -> Iterator[Definition]:
    yield replace(whole, when=rules[0])
    for number, rule in enumerate(rules[1:], 2):
        yield replace(whole, name=shortened(f"{whole.name}-{number}"), when=rule)


def _packed(parts: list[Part]) -> Iterator[Json]:
    """Join as many conditions as one rule takes; as any of them is enough, several rules say the same."""
    pieces = _pieces(parts)
    packed: list[Piece] = []
    for piece in pieces:
        made = count(_joined([piece]))
        if made > MOST_CONDITIONS:
            raise CompileError(_too_many(parts[0], made))
        if packed and count(_joined([*packed, piece])) > MOST_CONDITIONS:
            yield _joined(packed)
            packed = []
        packed.append(piece)
    yield _joined(packed)


Piece = tuple[tuple[str, ...], Json]
"""Types, none for all that the mode finds, and what is wrong on them."""


def _pieces(parts: list[Part]) -> list[Piece]:
    """List what is wrong, each with all types that it is wrong on."""
    types: dict[bytes, list[str]] = {}
    wrong: dict[bytes, Json] = {}
    for part in parts:
        for broken in part.broken.parts if isinstance(part.broken, Some) else (part.broken,):
            asked = condition(broken)
            key = json.encode(asked)
            wrong[key] = asked
            types.setdefault(key, []).extend([CONTAINERS[part.reach.kind.type]] if part.reach.kind else [])
    return [(tuple(dict.fromkeys(types[key])), asked) for key, asked in wrong.items()]


def _joined(pieces: list[Piece]) -> Json:
    """Join pieces, those of the same types first."""
    by_types: dict[tuple[str, ...], list[Json]] = {}
    for types, asked in pieces:
        by_types.setdefault(types, []).append(asked)
    return any_of(_on(types, any_of(every)) for types, every in by_types.items())


def _on(types: tuple[str, ...], asked: Json) -> Json:
    if not types:
        return asked
    of_type = {"in": list(types)} if len(types) > 1 else {"equals": types[0]}
    return all_of([{"field": "type", **of_type}, asked])


def _too_many(part: Part, made: int) -> str:
    return (
        f"the rule `{part.rule.name}` of the tag `{part.rule.tag}` needs {made:,} conditions, and Azure "
        f"takes {MOST_CONDITIONS:,} in a definition: drop aliases, inherited layers or values of the tag"
    )
