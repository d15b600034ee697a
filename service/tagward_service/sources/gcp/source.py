"""`tagward scan gcp`: every project that the credentials can see, or those of what is named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from threading import Event

from google.auth.credentials import Credentials

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward.resource import NO_TAGS, Layer, Resource
from tagward_service.scan.interface import ExpiredError, Found, Part, ReadError
from tagward_service.sources.gcp.assets import Asset, Assets
from tagward_service.sources.gcp.connecting import Connection
from tagward_service.sources.gcp.failing import FAILURES, is_denied, read_error
from tagward_service.sources.gcp.labels import labels_of
from tagward_service.sources.gcp.projects import Project, Projects
from tagward_service.sources.gcp.types import PROJECT, gcp_type
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.patience import Patience, Stopped
from tagward_service.sources.terraform.where import region_of_google

PATIENCE = Patience()

# A project goes by its id; one of a domain has that before it (example.com:shop).
_SCOPE = re.compile(r"(?:(?:organizations|folders)/\d+|(?:projects/)?(?:[a-z0-9.-]+:)?[a-z0-9-]+)")
_NEVER = Event()


class GcpSource:
    """The resources of Google Cloud; a part is one project.

    A scope is `organizations/N`, `folders/N`, `projects/ID` or the id of a project; without any, everything
    that the credentials can see is read. Raises UsageError for what is no scope, and for an endpoint that
    cannot be trusted.
    """

    cloud = "gcp"

    def __init__(
        self,
        scopes: Sequence[str] = (),
        *,
        endpoint: str = "",
        credentials: Credentials | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._scopes = tuple(sorted(set(map(_scope, scopes))))
        connection = Connection(endpoint, credentials)
        self._assets = Assets(connection, patience)
        self._projects = Projects(connection, self._assets, patience)
        self._listed: dict[str, Project] = {}

    @property
    def scope(self) -> Mapping[str, str]:
        """Say what is scanned."""
        return {"scopes": ",".join(self._scopes) or "all that can be seen"}

    def parts(self) -> Iterator[Part | NotEvaluated]:
        """List the projects, by id; a scope that cannot be listed is told, and the others go on."""
        named = {each.partition("/")[2] for each in self._scopes if each.startswith("projects/")}
        for scope in self._scopes:
            if not scope.startswith("projects/"):
                try:
                    self._keep(self._projects.within(scope, _NEVER))
                except ExpiredError:
                    raise
                except ReadError as error:
                    yield NotEvaluated(scope, error.why, incomplete=True)
        if not self._scopes:
            self._keep(self._projects.visible(_NEVER))
        yield from map(Part, sorted(named | self._listed.keys()))

    def _keep(self, projects: Iterator[Project]) -> None:
        try:
            self._listed |= {each.id: each for each in projects}
        except FAILURES as error:
            raise read_error(error) from error

    def read(self, part: Part, stop: Event) -> Iterator[Found]:
        """Read a project."""
        try:
            project = self._project(part.account, stop)
            if project is None:
                why = "its labels may not be read, so what its resources inherit is not known"
                yield NotEvaluated(f"project {part.account}", why, incomplete=True)
                project = Project(part.account, NO_TAGS)
            inherited = project.around
            for asset in self._assets.search(f"projects/{part.account}", stop):
                yield _resource(asset, project.id, inherited)
        except Stopped:
            return
        except FAILURES as error:
            raise read_error(error) from error

    def _project(self, identifier: str, stop: Event) -> Project | None:
        """Return a project and its labels; None where they may not be read."""
        try:
            return self._listed.get(identifier) or self._projects.get(identifier, stop)
        except FAILURES as error:
            if is_denied(error):
                return None
            raise


def _resource(asset: Asset, project: str, inherited: tuple[Layer, ...]) -> Resource:
    labels, kind = labels_of(asset.labels), gcp_type(asset.asset_type)
    return Resource(
        cloud="gcp",
        type=kind.type,
        native=asset.asset_type,
        address=asset.name,
        id=asset.name,
        name=asset.display_name or asset.name.rpartition("/")[2],
        account=project,
        region=region_of_google(asset.location),
        place="labels",
        tags=labels,
        inherited=() if asset.asset_type == PROJECT else inherited,
        taggability=kind.taggability(bool(asset.labels)),
    )


def _scope(text: str) -> str:
    if not _SCOPE.fullmatch(text):
        raise UsageError(
            f"{quoted(text)} is no scope: write organizations/NUMBER, folders/NUMBER or the id of a project"
        )
    return text if "/" in text else f"projects/{text}"
