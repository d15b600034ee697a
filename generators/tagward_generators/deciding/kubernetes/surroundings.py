"""What is around an object that admission policies tell apart: its name, its namespace, who made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from tagward_generators.deciding.kubernetes.constraints import NAMESPACE_NAME, Selector
from tagward_generators.deciding.regex_examples import branches

NAMESPACE, NAME = "somewhere", "x"
"""A namespace and an object that nobody names."""

_LISTS = r"""[^"']{0,40}((?:[rR]?["'][^"']*["'](?!\s*:)[\s,]*)+)"""
_NEAR_NAMESPACE = re.compile(rf"namespace\b{_LISTS}")
_NEAR_NAME = re.compile(rf"\b(?:name|address)\b{_LISTS}")
_TEXT = re.compile(r"""["']([^"']*)["']""")
_PATTERN = re.compile(r"[\^$*+?(\[]")
_LEGAL = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")


class Surroundings(Struct, frozen=True):
    """All that is around an object; `words` say what is unusual about it."""

    words: str = ""
    namespace: str = NAMESPACE
    namespace_labels: tuple[tuple[str, str], ...] = ()
    name: str = NAME
    owner: str = ""
    is_being_deleted: bool = False
    part: str = ""

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Write them down, as far as they are unusual."""
        labels = ",".join(f"{key}={value}" for key, value in self.namespace_labels)
        deleted = "yes" if self.is_being_deleted else ""
        facts = (
            ("namespace", self.namespace),
            ("namespace labels", labels),
            ("name", self.name),
            ("owner", self.owner),
            ("being deleted", deleted),
            ("subresource", self.part),
        )
        return tuple((key, value) for key, value in facts if value)


def read(facts: Mapping[str, str]) -> Surroundings:
    """Read surroundings that were written down."""
    pairs = (pair.split("=", 1) for pair in facts.get("namespace labels", "").split(",") if pair)
    return Surroundings(
        namespace=facts["namespace"],
        namespace_labels=tuple((key, value) for key, value in pairs),
        name=facts["name"],
        owner=facts.get("owner", ""),
        is_being_deleted="being deleted" in facts,
        part=facts.get("subresource", ""),
    )


def selected(selectors: Iterable[Selector]) -> Iterator[Surroundings]:
    """List namespaces that selectors tell apart."""
    for selector in selectors:
        met = dict(_met(selector))
        for labels in (
            met,
            *({**met, each.key: value} for each in selector.requirements for value in each.values),
        ):
            yield _within(labels)


def named(namespaces: Sequence[str], names: Sequence[str]) -> Iterator[Surroundings]:
    """List objects in some namespaces and under some names, and both at once."""
    yield from (_named(namespace, name) for name in (NAME, *names) for namespace in (NAMESPACE, *namespaces))


def parted() -> Surroundings:
    """Return what is sent to a subresource."""
    return Surroundings("by its status", part="status")


def owned(owners: Iterable[str]) -> Iterator[Surroundings]:
    """List objects that others made, and one that goes away."""
    yield from (Surroundings(f"made by `{owner}`", owner=owner) for owner in owners)
    yield Surroundings("that is being deleted", is_being_deleted=True)


def _met(selector: Selector) -> Iterator[tuple[str, str]]:
    """Yield the least labels that a selector takes."""
    for each in selector.requirements:
        if each.operator in ("In", "Exists"):
            yield each.key, next(iter(each.values), "x")


def _within(labels: Mapping[str, str]) -> Surroundings:
    namespace = labels.get(NAMESPACE_NAME, NAMESPACE)
    rest = tuple((key, value) for key, value in sorted(labels.items()) if key != NAMESPACE_NAME)
    told = " and ".join(f"`{key}` = `{value}`" for key, value in rest)
    place = f"in namespace `{namespace}`" if namespace != NAMESPACE else "in a namespace"
    words = place + (f" with {told}" if told else "")
    return Surroundings(words if labels else "", namespace=namespace, namespace_labels=rest)


def namespaces_in(expressions: Iterable[str]) -> list[str]:
    """List the namespaces that expressions name."""
    return _names(_NEAR_NAMESPACE, expressions)


def names_in(expressions: Iterable[str]) -> list[str]:
    """List the objects that expressions name."""
    return _names(_NEAR_NAME, expressions)


def _named(namespace: str, name: str) -> Surroundings:
    told = [f"named `{name}`"] if name != NAME else []
    told += [f"in namespace `{namespace}`"] if namespace != NAMESPACE else []
    return Surroundings(" ".join(told), namespace=namespace, name=name)


def _names(near: re.Pattern[str], expressions: Iterable[str]) -> list[str]:
    found = (name for each in expressions for texts in near.findall(each) for name in _legal(texts))
    return list(dict.fromkeys(found))


def _legal(texts: str) -> Iterator[str]:
    """List the names in a list of texts; of a pattern, names that it matches."""
    for text in _TEXT.findall(texts):
        every = branches(text) if _PATTERN.search(text) else (text,)
        for name in (each.rpartition("/")[2] for each in every):
            if _LEGAL.fullmatch(name):
                yield name
