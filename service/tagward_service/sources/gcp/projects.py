"""Resource Manager: the projects of a scope, and the labels that what is in them may inherit."""

from collections.abc import Iterator
from threading import Event
from typing import Any

from google.cloud.resourcemanager_v3 import (
    GetProjectRequest,
    ListFoldersRequest,
    ListProjectsRequest,
    SearchProjectsRequest,
)
from google.cloud.resourcemanager_v3 import Project as Listed
from msgspec import Struct

from tagward.resource import Layer, Tags
from tagward_service.sources.gcp.assets import Asset, Assets
from tagward_service.sources.gcp.connecting import Connection
from tagward_service.sources.gcp.failing import FAILURES, is_denied
from tagward_service.sources.gcp.labels import labels_of
from tagward_service.sources.gcp.paging import answer, pages
from tagward_service.sources.gcp.types import PROJECT
from tagward_service.sources.patience import Gate, Patience
from tagward_service.sources.terraform import layers


class Project(Struct, frozen=True):
    """A project and its labels."""

    id: str
    labels: Tags

    @property
    def around(self) -> tuple[Layer, ...]:
        """What its resources live in."""
        return (Layer(layers.PROJECT, self.id, self.labels),) if self.labels else ()


class Projects:
    """One identity's access to projects."""

    def __init__(self, connection: Connection, assets: Assets, patience: Patience) -> None:
        self._connection = connection
        self._assets = assets
        self._gate = Gate(patience)

    def get(self, project: str, stop: Event) -> Project:
        """Read one project."""
        request = GetProjectRequest(name=f"projects/{project}")
        with self._connection.projects() as client:
            return _project(answer(client.get_project, request, self._gate, stop))

    def visible(self, stop: Event) -> Iterator[Project]:
        """List every project that the credentials may read."""
        with self._connection.projects() as client:
            request = SearchProjectsRequest(query="state:ACTIVE")
            for page in pages(client.search_projects, request, self._gate, stop):
                yield from map(_project, filter(_is_active, page.projects))

    def within(self, scope: str, stop: Event) -> Iterator[Project]:
        """List the projects of a folder or organization, by way of its folders.

        Those who may not list folders may still search for assets, and projects are among them.
        """
        try:
            found = list(self._below(scope, stop))
        except FAILURES as error:
            if not is_denied(error):
                raise
            found = list(map(_found, filter(_is_found_active, self._assets.search(scope, stop, (PROJECT,)))))
        yield from found

    def _below(self, scope: str, stop: Event) -> Iterator[Project]:
        parents = [scope]
        with self._connection.projects() as projects, self._connection.folders() as folders:
            while parents:
                parent = parents.pop()
                asked = ListProjectsRequest(parent=parent)
                for page in pages(projects.list_projects, asked, self._gate, stop):
                    yield from map(_project, filter(_is_active, page.projects))
                inside = ListFoldersRequest(parent=parent)
                for page in pages(folders.list_folders, inside, self._gate, stop):
                    parents += [folder.name for folder in page.folders]


def _is_active(listed: Any) -> bool:
    """Leave out what is being deleted: its resources are shut down."""
    return bool(listed.state == Listed.State.ACTIVE)


def _project(listed: Any) -> Project:
    return Project(listed.project_id, labels_of(listed.labels))


def _is_found_active(asset: Asset) -> bool:
    return bool(asset.state == "ACTIVE")


def _found(asset: Asset) -> Project:
    """Read a project as a search finds it; its name ends with its id, or else with its number."""
    known = asset.additional_attributes.fields.get("projectId")
    identifier = known.string_value if known else asset.name.rpartition("/")[2]
    return Project(identifier, labels_of(asset.labels))
