"""CEL that finds, in an object of any known kind, the labels of everything that it makes and that is billed.

A carrier is a map: `at` says where its labels are written, `labels` are the maps that they come from, of
which the first that has a key counts. The texts use optional field selection, `join` and `split`, which
Kubernetes has since 1.29. Lists and maps hold values of one type throughout, `dyn` where need be: the API
server refuses others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from tagward.catalog import KubernetesKind
from tagward_generators.cel import listed, quoted
from tagward_generators.kubernetes.shapes import OWN, Loop, Path, Shape, Spot, shapes

Text: TypeAlias = Sequence[str | tuple[str]]
"""A text with CEL in it: each tuple holds one expression."""

FEW = 5
"""How many carriers with the same fault are named."""

LABELS = ("metadata", "labels")

_BETWEEN = quoted("\t")
"""Stands between two names; no name holds one."""


def kind_of(root: str) -> str:
    """Name the kind of an object, or of an owner reference, as the catalogue does: group/Kind."""
    version = f"{root}.apiVersion"
    return f'({version}.contains("/") ? {version}.split("/")[0] + "/" : "") + {root}.kind'


def is_one_of(kind: str, names: Sequence[str]) -> str:
    """Ask whether a kind (see `kind_of`) is one of some."""
    return f"{kind} == {quoted(names[0])}" if len(names) == 1 else f"{kind} in {listed(names)}"


def carriers(kinds: Sequence[KubernetesKind], kind: str, root: str) -> str:
    """List the carriers of an object; `kind` is the text of its kind, which is one of `kinds`.

    An object that holds none has one without any `labels` map, or with its own where these reach its pods.
    """
    grouped = [(shape, _names(same)) for shape, same in shapes(tuple(kinds))]
    reached = [name for shape, names in grouped if shape.propagates for name in names]
    nowhere = f"[{_carrier([OWN], [])}]"
    if reached:
        nowhere = f"{is_one_of(kind, reached)} ? [{own(root)}] : {nowhere}"
    # One list, as a chain of `? :` would be nested deeper than engines allow.
    branches = ",\n".join(
        f"{is_one_of(kind, names)} ?\n  {_of_shape(shape, root)} : []" for shape, names in grouped
    )
    return f"([\n{branches}\n].filter(found, size(found) > 0) + [{nowhere}])[0]"


def told(found: str, message: str) -> str:
    """Write a message on each of the carriers found; of many, the first few stand for all.

    The messages of hundreds of pods alike would cost more than the API server grants, and nobody reads them.
    """
    several = f"[{', '.join(map(str, range(FEW)))}].filter(n, n < size(found)).map(n, found[n])"
    more = f'(size(found) > {FEW} ? ["and " + string(size(found) - {FEW}) + " more like this"] : [])'
    return f"[{found}].map(found,\n{several}.map(c,\n{message}) +\n{more})[0]"


def is_open(kinds: Sequence[KubernetesKind], kind: str, root: str, carrier: str) -> str:
    """Say whether a carrier may have labels from other objects too, so that none is missing for sure."""
    merging = (
        f"({is_one_of(kind, _names(same))} && {_names_another(path, root)})"
        for shape, same in shapes(tuple(kinds))
        for path in shape.merges
    )
    return " || ".join((f"size({carrier}.labels) == 0", *merging))


def own(root: str) -> str:
    """Make a carrier of the object itself."""
    return _carrier([OWN], [labels_at(root, LABELS)])


def labels_at(root: str, path: Path) -> str:
    """Read labels, which may be null; there are none where the path ends early."""
    return f"{optional(root, path)}.orValue({{}})"


def _sure_labels_at(root: str, path: Path) -> str:
    return f"({_only(root, path, 'map')} + [{{}}])[0]"


def elements(root: str, path: Path, nothing: str = "[]") -> str:
    """Read a list, or a map; `nothing` is there where it is missing, or null as some kinds may say."""
    return f"optional.ofNonZeroValue({optional(root, path)}.orValue(null)).orValue({nothing})"


def optional(root: str, path: Path) -> str:
    """Select what may not be there."""
    return f"{root}{''.join(f'.?{step}' for step in path)}"


def _names_another(path: str, root: str) -> str:
    """Ask whether an object names another; the path may lead to the elements of a list."""
    at = tuple(path.removesuffix(".*").split("."))
    if path.endswith(".*"):
        return f"{elements(root, at)}.exists(each, has(each.name))"
    return f"{optional(root, (*at, 'name'))}.hasValue()"


def _names(kinds: Iterable[KubernetesKind]) -> list[str]:
    return [each.name for each in kinds]


def _of_shape(shape: Shape, root: str) -> str:
    if not shape.spots and not shape.volumes:
        return f"[{own(root)}]"
    pods = (_always(spot, root) if shape.bare else _of_spot(spot, root) for spot in shape.spots)
    return " +\n  ".join((*pods, *(_of_spot(spot, root) for spot in shape.volumes)))


def _always(spot: Spot, root: str) -> str:
    path = (*spot.at, *spot.labels[0])
    return f"[{_carrier(['.'.join(path)], [labels_at(root, path)])}]"


def _of_spot(spot: Spot, root: str) -> str:
    match spot.loops:
        case ():
            there = f"[{optional(root, spot.at)}.orValue(null)].filter(at, at != null)"
            if not spot.sure:
                there = _only(root, spot.at, "map")
            return f"{there}.map(at, {_described(spot, ['.'.join(spot.at)], 'at', root)})"
        case (loop,):
            return _looped(spot, loop, root)
        case (outer, inner):
            return _nested(spot, outer, inner, root)
        case _:
            raise ValueError(f"no kind has {len(spot.loops)} lists in one another")


def _looped(spot: Spot, loop: Loop, root: str) -> str:
    """List what stands in the elements of a list, or of a map."""
    way = ".".join(loop.at)
    each = f"{root}.{way}[each]" if loop.keyed else "each"
    at: Text = [f"{way}.", ("each",)] if loop.keyed else [f"{way}[", (_name(loop, "each"),), "]"]
    there = _described(spot, [*at, _tail(spot)], f"{each}{_tail(spot)}", root)
    return f"{_elements(root, loop)}{_there(spot, each)}.map(each, {there})"


def _elements(root: str, loop: Loop) -> str:
    """Read what a loop is over, which is empty where something else may stand in its place, and does."""
    kind, nothing = ("map", "{}") if loop.keyed else ("list", "[]")
    if loop.sure:
        return elements(root, loop.at, nothing)
    return f"({_only(root, loop.at, kind)} + [dyn({nothing})])[0]"


def _only(root: str, path: Path, kind: str) -> str:
    """List what is at a path, if it is of a kind; where anything may stand, a selection may be an error."""
    first, *others = path
    steps = "".join(f".filter(at, type(at) == map).map(at, at.?{step}.orValue(null))" for step in others)
    return f"[{optional(root, (first,))}.orValue(null)]{steps}.filter(at, type(at) == {kind})"


def _nested(spot: Spot, outer: Loop, inner: Loop, root: str) -> str:
    """List what stands in a list inside a list, found by both names: CEL can only join texts."""
    all_around = elements(root, outer.at)
    both = f"{_name(outer, 'around')} + {_BETWEEN} + {_name(inner, 'each')}"
    inside = f'{elements("around", inner.at)}{_there(spot, "each")}.map(each, {both}).join("\\n")'
    flat = f'{all_around}.map(around, {inside}).join("\\n").split("\\n").filter(name, name != "")'
    first, second = (f"name.split({_BETWEEN})[{number}]" for number in (0, 1))
    found = (
        f"{all_around}.filter(around, {_name(outer, 'around')} == {first})[0]"
        f".{'.'.join(inner.at)}.filter(each, {_name(inner, 'each')} == {second})[0]{_tail(spot)}"
    )
    way: Text = [f"{'.'.join(outer.at)}[", (first,), f"].{'.'.join(inner.at)}[", (second,), f"]{_tail(spot)}"]
    return f"{flat}.map(name, {_described(spot, way, found, root)})"


def _name(loop: Loop, element: str) -> str:
    if not loop.sure:
        return f'({_only(element, loop.named_by, "string")} + [""])[0]'
    return f'{optional(element, loop.named_by)}.orValue("")'


def _tail(spot: Spot) -> str:
    return "".join(f".{step}" for step in spot.at)


def _there(spot: Spot, element: str) -> str:
    """Keep the elements that describe something."""
    tests = [f"{optional(element, spot.at)}.orValue(null) != null"] if spot.at else []
    if not spot.sure:
        tests = [f"type({element}) == map"]
        tests += [f"size({_only(element, spot.at, 'map')}) > 0"] if spot.at else []
    if spot.only_with:
        tests.append(f"[{', '.join(f'has({element}.{field})' for field in spot.only_with)}].exists(has, has)")
    return f".filter(each, {' && '.join(tests)})" if tests else ""


def _described(spot: Spot, way: Text, found: str, root: str) -> str:
    """Write the carrier that stands at a spot; of two places for its labels the template's is shown."""
    sources = (
        *(labels_at(found, path) if spot.sure else _sure_labels_at(found, path) for path in spot.labels),
        *(labels_at(root, p) for p in spot.inherits),
    )
    plain, *longer = sorted((f".{'.'.join(path)}" for path in spot.labels), key=len)
    if not longer:
        return _carrier([*way, plain], sources)
    template = longer[0].split(".")[1]
    at = f"has({found}.{template}) ? {quoted(longer[0])} : {quoted(plain)}"
    return _carrier([*way, (f"({at})",)], sources)


def _carrier(at: Text, sources: Iterable[str]) -> str:
    return f'{{"at": dyn({joined(at)}), "labels": dyn([{", ".join(sources)}])}}'


def joined(text: Text) -> str:
    """Write a text with CEL in it as one expression."""
    parts: list[str] = []
    plain = ""
    for each in (*text, ("",)):
        if isinstance(each, str):
            plain += each
        else:
            parts += [quoted(plain)] if plain else []
            parts += [each[0]] if each[0] else []
            plain = ""
    return " + ".join(parts)
