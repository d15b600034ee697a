"""The variables that checks use: what the object is, and the labels of everything it makes that is billed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tagward.catalog import KubernetesKind
from tagward_generators.cel import listed, quoted
from tagward_generators.kubernetes.breaking import CLOUD
from tagward_generators.kubernetes.carriers import LABELS, carriers, is_open, kind_of, labels_at, own
from tagward_generators.kubernetes.near import misspelt, variables
from tagward_generators.kubernetes.shapes import OWN, most_maps
from tagward_generators.tag_facts import TagFacts

Variable = tuple[str, str]
"""A name and its expression."""

_USED = re.compile(r"\bvariables\.(\w+)")

NAMESPACE_LABELS = "namespaceObject == null ? {} : namespaceObject.metadata.?labels.orValue({})"
"""The labels of the namespace, where the enforcement point knows `namespaceObject`."""


class Variables:
    """Variables in the order in which they are declared, for objects of some kinds.

    `fair` lets an update pass that leaves the labels as they are. `above` is CEL for the labels of the
    namespace.
    """

    def __init__(
        self,
        kinds: Sequence[KubernetesKind],
        tags: Iterable[TagFacts],
        *,
        fair: bool = False,
        above: str = NAMESPACE_LABELS,
    ) -> None:
        self.kinds = kinds
        self.tags = tuple(tags)
        self.fair = fair
        self.above = above
        self.most_maps = most_maps(kinds)

    def all(self) -> Iterator[Variable]:
        """List every variable that a check may use."""
        yield "kind", kind_of("object")
        yield "name", _NAME
        yield "in_namespace", 'object.metadata.?namespace.orValue("")'
        yield "address", 'object.kind + "/" + (variables.name == "" ? "(no name)" : variables.name)'
        yield "above", self.above
        yield from self._carriers()
        yield "own", ("variables.unchanged ? {} : " if self.fair else "") + labels_at("object", LABELS)
        yield "labelled", self._labelled()
        yield "known", listed(dict.fromkeys(key for tag in self.tags for key in tag.known_keys))
        for key, name in variables(map(_key, self.tags)).items():
            yield name, quoted(misspelt(key))
        yield "judged", self._judged()

    def _carriers(self) -> Iterator[Variable]:
        kinds = self.kinds
        tidy = '.map(c, {"at": dyn(c.at), "labels": dyn(c.labels.map(m, m == null ? {} : m))})'
        if not self.fair:
            yield "carriers", f"({carriers(kinds, 'variables.kind', 'object')}){tidy}"
            return
        read = carriers(kinds, "variables.kind", "o")
        yield "read", f'(request.operation == "UPDATE" ? [object, oldObject] : [object]).map(o,\n{read})'
        same_own = f"{labels_at('object', LABELS)} == {labels_at('oldObject', LABELS)}"
        # Go tells the keys of a map in any order, and parts come in the order of their keys.
        new, old = "variables.read[0]", "variables.read[1]"
        same = f"{new}.all(c, c in {old}) && {old}.all(c, c in {new}) && {same_own}"
        yield "unchanged", f"size(variables.read) > 1 && {same}"
        yield "carriers", f"variables.unchanged ? [] : variables.read[0]{tidy}"

    def _labelled(self) -> str:
        """Add the object itself to its carriers, unless it is one: its own labels are looked at too."""
        itself = f"variables.carriers.exists(c, c.at == {quoted(OWN)} && size(c.labels) > 0)"
        if self.fair:
            itself = f"variables.unchanged || {itself}"
        return f"({itself} ? [] : [{own('object')}]) + variables.carriers"

    def _judged(self) -> str:
        """Find the tags of each carrier: the nearest key that counts, each under the tag's own."""
        opened = is_open(self.kinds, "variables.kind", "object", "c")
        tags = ",\n    ".join(f"?{quoted(_key(tag))}: {self._found(tag)}" for tag in self.tags)
        older = [f"?{quoted(_key(tag))}: {found}" for tag in self.tags if (found := self._older(tag))]
        entries = (
            '"at": dyn(c.at)',
            '"labels": dyn(c.labels)',
            f'"open": dyn({opened})',
            *([f'"older": dyn({{{", ".join(older)}}})'] if older else []),
            f'"tags": dyn({{\n    {tags}}})',
        )
        listed_entries = ",\n  ".join(entries)
        return f"variables.carriers.map(c, {{\n  {listed_entries}}})"

    def _found(self, tag: TagFacts) -> str:
        """Look through the keys that count, on the carrier and then on its namespace."""
        own_keys = (own_key for key in tag.keys for own_key in self._own(key))
        above = (f"variables.above[?{quoted(key)}]" for key in tag.keys) if _inherits(tag) else ()
        return _first((*own_keys, *above))

    def _older(self, tag: TagFacts) -> str:
        """Look for the keys that do not count any more; what is found is the key itself."""
        gone = [alias.key for alias in tag.tag.aliases if not alias.accepted(tag.day)]
        own_keys = (f"{own_key}.optMap(v, {quoted(key)})" for key in gone for own_key in self._own(key))
        above = (f"variables.above[?{quoted(key)}].optMap(v, {quoted(key)})" for key in gone)
        return _first((*own_keys, *(above if _inherits(tag) else ()))) if gone else ""

    def _own(self, key: str) -> Iterator[str]:
        """Look for a key in each map of labels that a carrier may have: by number, as that costs least."""
        return (f"c.labels[?{number}][?{quoted(key)}]" for number in range(self.most_maps))


def used(declared: Iterable[Variable], texts: Iterable[str]) -> list[Variable]:
    """Keep the variables that some texts need, directly or through others."""
    needed = {name for text in texts for name in _USED.findall(text)}
    kept: list[Variable] = []
    for name, expression in reversed(tuple(declared)):
        if name in needed:
            needed |= set(_USED.findall(expression))
            kept.append((name, expression))
    return kept[::-1]


def _key(tag: TagFacts) -> str:
    return tag.tag.keys[CLOUD]


def _inherits(tag: TagFacts) -> bool:
    return "namespace" in tag.tag.inherit


def _first(found: Iterable[str]) -> str:
    # `or(none)` gives the entry a type: without one, cel-go panics on an optional entry of a map.
    first, *others = (*found, "optional.none()")
    return first + "".join(f".or({each})" for each in others)


_NAME = (
    'object.metadata.?name.orValue("") != "" ? object.metadata.name :\n'
    'object.metadata.?generateName.optMap(prefix, prefix == "" ? "" : prefix + "*").orValue("")'
)
