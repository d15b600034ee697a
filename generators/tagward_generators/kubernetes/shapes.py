"""Shapes: kinds whose labels count at the same places, as the manifests source reads them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from tagward.catalog import ANY, EACH, VALUE, Kinds, KubernetesKind, LabelPlace
from tagward.policy import Policy

OWN = "metadata.labels"
"""Where every object has labels."""

_NAMED_BY = {
    "workerGroupSpecs": "groupName",
    "volumeClaimTemplates": "metadata.name",
    "runtimePatches": "manager",
}


Path = tuple[str, ...]


class Loop(Struct, frozen=True):
    """A list of an object, or a map when `keyed`; `at` leads there from the element of the loop around it.

    `named_by` leads from an element to its name, which is the key in a map. Where it is not `sure`, there may
    be something else at `at` and in the elements, which then holds no pods.
    """

    at: Path
    keyed: bool
    named_by: Path
    sure: bool = True


class Spot(Struct, frozen=True):
    """Where one set of pods or volumes is described: `at` leads there from the innermost of the loops.

    `labels` are paths from there, `inherits` from the root of the object: the first that has a key counts,
    `labels` before `inherits`. With `only_with`, one of these fields must be there too. Where it is not
    `sure`, there may be something else than a template.
    """

    loops: tuple[Loop, ...]
    at: Path
    labels: tuple[Path, ...]
    inherits: tuple[Path, ...]
    only_with: tuple[str, ...] = ()
    sure: bool = True


class Shape(Struct, frozen=True):
    """Kinds that are read alike.

    Without `spots` the object's own labels are those of what is billed. Otherwise each pod template that is
    there is judged, and the own labels never are. An object without any pod template: `bare` shapes are
    judged as pods without labels, those that `propagate` by their own labels, all others are open: their pods
    get labels from elsewhere, so that nothing is missing for sure. `merges` are paths (with `*`) of what
    names such other objects; where one has a text at `name`, the object is open as well.
    """

    spots: tuple[Spot, ...] = ()
    volumes: tuple[Spot, ...] = ()
    bare: bool = False
    propagates: bool = False
    merges: tuple[str, ...] = ()

    @property
    def may_be_open(self) -> bool:
        """Say whether labels may come from other objects."""
        return (bool(self.spots) and not (self.bare or self.propagates)) or bool(self.merges)


def shape(kind: KubernetesKind) -> Shape:
    """Return the shape of a kind."""
    if any(not place.at for place in (*kind.templates, *kind.volumes)):
        return Shape()
    return Shape(
        tuple(_spot(place, sure=kind.catalogued) for place in kind.templates),
        tuple(_spot(place, sure=kind.catalogued) for place in kind.volumes),
        kind.always_has_template,
        kind.propagates,
        kind.merges,
    )


@cache
def shapes(kinds: tuple[KubernetesKind, ...]) -> tuple[tuple[Shape, tuple[KubernetesKind, ...]], ...]:
    """Group kinds by their shape, in the order in which they are first met."""
    grouped: dict[Shape, list[KubernetesKind]] = {}
    for kind in kinds:
        grouped.setdefault(shape(kind), []).append(kind)
    return tuple((each, tuple(same)) for each, same in grouped.items())


def most_maps(kinds: Sequence[KubernetesKind]) -> int:
    """Count the maps that the labels of one carrier come from, at most."""
    spots = (spot for each, _ in shapes(tuple(kinds)) for spot in (*each.spots, *each.volumes))
    return max((len(spot.labels) + len(spot.inherits) for spot in spots), default=1)


def judged_kinds(policy: Policy) -> tuple[KubernetesKind, ...]:
    """List the kinds that admission policies judge: those of evaluation that can be taken apart."""
    return tuple(kind for kind in evaluated_kinds(policy) if _can_be_taken_apart(kind))


def unseen_kinds(policy: Policy) -> tuple[KubernetesKind, ...]:
    """List the kinds that evaluation judges and that admission policies cannot take apart."""
    return tuple(kind for kind in evaluated_kinds(policy) if not _can_be_taken_apart(kind))


def _can_be_taken_apart(kind: KubernetesKind) -> bool:
    """Say whether CEL finds every pod template: in lists inside lists it does by unique names alone."""
    return kind.catalogued or all(place.repeats <= 1 for place in kind.templates)


def evaluated_kinds(policy: Policy) -> tuple[KubernetesKind, ...]:
    """List the kinds that evaluation judges: those that run something, and others that a rule names."""
    named = frozenset(
        type_ for tag in policy.tags for requirement in tag.requirements for type_ in requirement.on.types
    )
    every = Kinds(policy.workloads).all()
    return tuple(each for each in every if each.runs or type_of(each) in named)


def type_of(kind: KubernetesKind) -> str:
    """Return the tagward type of a kind."""
    return f"kubernetes:{kind.name}"


def controllers(kinds: Sequence[KubernetesKind]) -> tuple[str, ...]:
    """Name those of the judged kinds (group/Kind) that answer for what they make: it is not judged again."""
    return tuple(kind.name for kind in kinds if kind.runs)


def _spot(place: LabelPlace, *, sure: bool) -> Spot:
    loops: list[Loop] = []
    at: Path = ()
    for step in place.at.split("."):
        if step in (ANY, EACH, VALUE):
            loops.append(_loop(at, keyed=step == VALUE, sure=sure))
            at = ()
        else:
            at = (*at, step)
    return Spot(
        tuple(loops),
        at,
        tuple(_path(each) for each in reversed(place.labels)),
        tuple(_path(each) for each in reversed(place.inherits)),
        place.only_with,
        sure,
    )


def _loop(at: Path, *, keyed: bool, sure: bool) -> Loop:
    # Of the catalogue, replica specs of Kubeflow are maps by role; every other loop is over a list.
    is_map = keyed or (sure and at[-1].endswith("ReplicaSpecs"))
    return Loop(at, is_map, _path(_NAMED_BY.get(at[-1], "name")), sure)


def _path(text: str) -> Path:
    return tuple(text.split("."))
