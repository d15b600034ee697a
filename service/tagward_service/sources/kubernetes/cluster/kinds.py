"""The kinds of workloads that a cluster serves, found by asking it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from tagward.catalog import Kinds
from tagward_service.scan.interface import ReadError
from tagward_service.sources.kubernetes.cluster.asking import asked
from tagward_service.sources.kubernetes.cluster.connecting import Connection
from tagward_service.sources.kubernetes.manifests import NAMESPACE

RIGHT = "get on the nonResourceURLs `/api*`, which system:discovery gives to everybody who is known"


class Kind(Struct, frozen=True, order=True):
    """A kind as a cluster serves it; `name` is that of the catalogue: `apps/Deployment`, `Pod`."""

    name: str
    version: str
    plural: str

    @property
    def group(self) -> str:
        """The API group, "" for the core group."""
        return self.name.rpartition("/")[0]

    @property
    def kind(self) -> str:
        """The kind without its group."""
        return self.name.rpartition("/")[2]

    @property
    def api_version(self) -> str:
        """What objects of it say as their `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def words(self) -> str:
        """How methods of the client name it: `persistent_volume_claim`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.kind).lower()

    def right(self, verb: str = "list") -> str:
        """Write the rule that lets somebody do something with it."""
        return f'{{apiGroups: ["{self.group}"], resources: [{self.plural}], verbs: [{verb}]}}'


NAMESPACES = Kind(NAMESPACE.partition(":")[2], "v1", "namespaces")


class _Version(Struct):
    version: str


class _Group(Struct, rename="camel"):
    name: str
    versions: list[_Version]
    preferred_version: _Version | None = None


class _Groups(Struct):
    groups: list[_Group]


class _Resource(Struct):
    name: str
    kind: str
    verbs: list[str] = []


class _Resources(Struct):
    resources: list[_Resource]


def wanted(kinds: Kinds) -> dict[str, set[str]]:
    """Return the kinds of each API group whose objects run or hold something that is billed."""
    groups: dict[str, set[str]] = {}
    for kind in kinds.all():
        if kind.runs:
            groups.setdefault(kind.group, set()).add(kind.kind)
    return groups


def served(connection: Connection, known: Kinds) -> Iterator[Kind | tuple[str, ReadError]]:
    """List the kinds that a cluster serves, and the groups that do not answer. Raises ReadError."""
    kinds = wanted(known)
    groups = asked(connection.apis.get_api_versions, answers=_Groups, right=RIGHT).groups
    named = {each.name for each in groups}
    yield from _of_core(connection, kinds[""])
    for group in groups:
        if group.name == "extensions" and "apps" in named:
            continue  # the same objects under an older name
        if group.name in kinds:
            yield from _of_group(connection, group, kinds[group.name])


def find(connection: Connection, group: str, kind: str) -> Kind | None:
    """Look for one kind; None where the cluster does not serve it. Raises ReadError."""
    if not group:
        return next(_of_core(connection, {kind}), None)
    groups = asked(connection.apis.get_api_versions, answers=_Groups, right=RIGHT).groups
    found = (each for one in groups if one.name == group for each in _of_group(connection, one, {kind}))
    return next((each for each in found if isinstance(each, Kind)), None)


def _of_core(connection: Connection, kinds: set[str]) -> Iterator[Kind]:
    listed = asked(connection.core.get_api_resources, answers=_Resources, right=RIGHT)
    yield from _known(listed.resources, "", "v1", kinds)


def _of_group(
    connection: Connection, group: _Group, kinds: set[str]
) -> Iterator[Kind | tuple[str, ReadError]]:
    """Look for kinds in the version that the server prefers, then for others in the rest."""
    left = set(kinds)
    for version in _versions(group):
        try:
            ask = connection.custom.get_api_resources
            listed = asked(ask, group.name, version, answers=_Resources, right=RIGHT)
        except ReadError as error:
            yield f"{group.name}/{version}", error
            continue
        found = tuple(_known(listed.resources, group.name, version, left))
        left -= {each.kind for each in found}
        yield from found


def _versions(group: _Group) -> Iterable[str]:
    preferred = [group.preferred_version] if group.preferred_version else []
    return dict.fromkeys(each.version for each in (*preferred, *group.versions))


def _known(resources: Iterable[_Resource], group: str, version: str, kinds: set[str]) -> Iterator[Kind]:
    for each in resources:
        if each.kind in kinds and "list" in each.verbs and "/" not in each.name:
            yield Kind(f"{group}/{each.kind}" if group else each.kind, version, each.name)
