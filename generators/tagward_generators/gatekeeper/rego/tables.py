"""What the Rego that all policies share looks up: kinds and where their labels are, tags and their keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tagward.catalog import KubernetesKind
from tagward_generators.gatekeeper.hiding import SeeingChecks
from tagward_generators.gatekeeper.matching import is_plain
from tagward_generators.kubernetes.near import misspelt
from tagward_generators.kubernetes.settings import Settings
from tagward_generators.kubernetes.shapes import OWN, Path, Shape, Spot, controllers, shapes
from tagward_generators.rego_lines import Constants, among, quoted, raw, rule
from tagward_generators.tag_facts import TagFacts


def tables(checks: SeeingChecks, settings: Settings) -> Iterator[str]:
    """Write the tables, and the rules on what is left alone."""
    yield f"is_fair := {_literal(settings.is_fair)}"
    yield from _excluded(settings.exclude_namespaces)
    tags = [messages.facts for messages in checks.messages.values()]
    yield f"wanted := {_lines('{}', (f'{quoted(_key(tag))}: {_wanted(checks, tag)}' for tag in tags))}"
    yield f"known_keys := {_set(dict.fromkeys(key for tag in tags for key in tag.known_keys))}"
    yield f"near := {_lines('{}', (f'{quoted(_key(tag))}: {raw(misspelt(_key(tag)))}' for tag in tags))}"
    yield f"controllers := {_set(controllers(checks.kinds))}"
    grouped = shapes(tuple(checks.kinds))
    yield from _merged(grouped)
    yield f"shapes := {_lines('[]', (_shape(shape, kinds) for shape, kinds in grouped))}"


def _excluded(globs: Sequence[str]) -> Iterator[str]:
    """Leave out namespaces that a constraint cannot compare."""
    constants = Constants()
    told = tuple(each for each in globs if not is_plain(each))
    yield (
        rule("excluded", (among("in_namespace", told, "excluded_namespaces", constants),))
        if told
        else ("excluded := false")
    )
    yield from constants.definitions()


def _wanted(checks: SeeingChecks, tag: TagFacts) -> str:
    older = [alias.key for alias in tag.tag.aliases if not alias.accepted(tag.day)]
    return _literal({"keys": list(tag.keys), "older": older, "inherited": checks.inherits(tag.tag.id)})


def _key(tag: TagFacts) -> str:
    return tag.tag.keys["kubernetes"]


def _merged(grouped: Sequence[tuple[Shape, Sequence[KubernetesKind]]]) -> Iterator[str]:
    """Say which objects take labels from others that they name."""
    named = [
        rule("merged", (f"kind in {_set(each.name for each in kinds)}", *_names_another(path)))
        for shape, kinds in grouped
        for path in shape.merges
    ]
    yield from named or ["merged := false"]


def _names_another(path: str) -> Iterator[str]:
    *way, last = path.split(".")
    if last == "*":
        yield f"some each in object.get(made, {_literal(way)}, [])"
        yield '"name" in object.keys(each)'
    else:
        yield f'"name" in object.keys(object.get(made, {_literal([*way, last])}, {{}}))'


def _shape(shape: Shape, kinds: Sequence[KubernetesKind]) -> str:
    spots = [_spot(each, bare=shape.bare) for each in shape.spots]
    spots += [_spot(each, bare=False) for each in shape.volumes]
    names = _set(each.name for each in kinds)
    listed = _lines("[]", map(_literal, spots or [_plain((), (_OWN,))]))
    return f'{{"kinds": {names}, "propagates": {_literal(shape.propagates)}, "spots": {listed}}}'


def _spot(spot: Spot, *, bare: bool) -> dict[str, Any]:
    """Describe a spot; one of a bare shape is there, whatever the object holds."""
    if bare:
        return _plain((), ((*spot.at, *spot.labels[0]),))
    made = _plain(spot.at, spot.labels)
    made["loops"] = [
        {"at": list(each.at), "keyed": each.keyed, "named_by": list(each.named_by)} for each in spot.loops
    ]
    return made | {"inherits": [list(path) for path in spot.inherits], "only_with": list(spot.only_with)}


_OWN = tuple(OWN.split("."))


def _plain(at: Path, labels: tuple[Path, ...]) -> dict[str, Any]:
    shortest, *longer = sorted(labels, key=lambda path: len(".".join(path)))
    return {
        "loops": [],
        "at": list(at),
        "labels": [list(path) for path in labels],
        "inherits": [],
        "only_with": [],
        "written": ".".join((*at, *shortest)),
        "in_template": ".".join((*at, *longer[0])) if longer else False,
    }


def _literal(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _set(texts: Any) -> str:
    members = ", ".join(map(quoted, texts))
    return f"{{{members}}}" if members else "set()"


def _lines(brackets: str, items: Any) -> str:
    inside = "".join(f"\t{item},\n" for item in _indented(items))
    return f"{brackets[0]}\n{inside}{brackets[1]}" if inside else brackets


def _indented(items: Any) -> Iterator[str]:
    for item in items:
        yield item.replace("\n", "\n\t")
