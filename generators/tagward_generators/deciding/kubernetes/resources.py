"""Resources of the API that admission policies are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tagward.catalog import KubernetesKind
from tagward_generators.deciding.kubernetes.constraints import ResourceRule
from tagward_generators.deciding.kubernetes.kinds import known_kinds
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.workloads import known_kind


class Resource(Struct, frozen=True, order=True):
    """A resource of the API."""

    group: str
    version: str
    plural: str

    @property
    def kind(self) -> KubernetesKind | None:
        """Return what is known of it."""
        return known_kind(self.group, self.plural)

    @property
    def name(self) -> str:
        """Name its kind; of one that nobody knows, as it is probably called."""
        return self.kind.kind if self.kind else self.plural.removesuffix("s").capitalize()


def resources_of(bound: Iterable[Bound]) -> Iterator[Resource]:
    """List what policies are about; a version counts where one is named and not any will do."""
    for each in bound:
        for part in (each.constraints, each.also):
            rules = [(rule, list(_named_by(rule))) for rule in part.resource_rules]
            whatever = {pair for rule, pairs in rules if "*" in rule.api_versions for pair in pairs}
            yield from (Resource(group, "v1", plural) for group, plural in whatever)
            for rule, pairs in rules:
                for version in set(rule.api_versions) - {"*"}:
                    left = (pair for pair in pairs if pair not in whatever)
                    yield from (Resource(group, version, plural) for group, plural in left)


def _named_by(rule: ResourceRule) -> Iterator[tuple[str, str]]:
    """List the resources of a rule by group; those that are known in another group of it are there only.

    `*` is every kind that runs something.
    """
    pairs = [(group, plural) for group in rule.api_groups for plural in rule.resources]
    known = {plural for group, plural in pairs if known_kind(group, plural)}
    for each in pairs:
        if "*" in each:
            yield from ((kind.group, kind.plural) for kind in _runs(*each))
        elif known_kind(*each) or each[1] not in known:
            yield each


def _runs(group: str, plural: str) -> list[KubernetesKind]:
    """List the kinds that run something in a group, `*` for any."""
    return [
        kind
        for kind in known_kinds()
        if kind.runs and group in ("*", kind.group) and plural in ("*", kind.plural)
    ]
