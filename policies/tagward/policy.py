"""The policy model: what a loaded, merged and checked policy means."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from tagward.language import Targets

CLOUDS = ("aws", "azure", "gcp", "kubernetes")
MODES = ("audit", "warn", "deny")
SURFACES = ("ci", "admission", "cloud", "scan")

DEFAULT_PLACEHOLDERS = ("tbd", "n/a", "unknown", "changeme", "none", "default")


class Selector(Struct, frozen=True):
    """Which resources, as in the language; an empty field selects everything, `scopes` are resolved."""

    clouds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    def is_empty(self) -> bool:
        """Say whether it selects everything."""
        return not any(getattr(self, field) for field in self.__struct_fields__)


EVERYTHING = Selector()


class TagIn(Struct, frozen=True):
    """The tag `tag` has one of `values`, compared exactly."""

    tag: str
    values: frozenset[str]


class AllOf(Struct, frozen=True):
    """Every one of them holds."""

    conditions: tuple["Condition", ...]


class AnyOf(Struct, frozen=True):
    """At least one of them holds."""

    conditions: tuple["Condition", ...]


class Not(Struct, frozen=True):
    """It does not hold."""

    condition: "Condition"


Condition = TagIn | AllOf | AnyOf | Not


class Requirement(Struct, frozen=True):
    """A tag must be there on `on` when `when` holds; `level` is required or recommended."""

    on: Selector = EVERYTHING
    when: Condition | None = None
    level: str = "required"


class Allowed(Struct, frozen=True):
    """A closed list of values; `until` holds the last valid day of those that retire."""

    values: tuple[str, ...]
    registry: str | None = None
    until: Mapping[str, date] = {}

    def on(self, day: date) -> frozenset[str]:
        """Return the values that are valid on a day."""
        if not self.until:
            return frozenset(self.values)
        return frozenset(v for v in self.values if v not in self.until or day <= self.until[v])


class Matches(Struct, frozen=True):
    """Any value that the portable pattern matches as a whole."""

    pattern: str


class Alias(Struct, frozen=True):
    """An older key, accepted to the end of the day `until` (for ever when None)."""

    key: str
    until: date | None = None

    def accepted(self, day: date) -> bool:
        """Say whether the key still counts on a day."""
        return self.until is None or day <= self.until


class Stage(Struct, frozen=True):
    """What a violation does from `start` on (always when None), on `surfaces` (all when empty)."""

    mode: str
    start: date | None = None
    surfaces: tuple[str, ...] = ()


class Tag(Struct, frozen=True):
    """One tag of the policy. `keys` holds its spelling on every cloud it may be used on."""

    id: str
    title: str
    description: str = ""
    requirements: tuple[Requirement, ...] = ()
    constraint: Allowed | Matches | None = None
    example: str = ""
    keys: Mapping[str, str] = {}
    aliases: tuple[Alias, ...] = ()
    replaces: Mapping[str, str] = {}
    inherit: tuple[str, ...] = ("provider",)
    enforce: tuple[Stage, ...] = (Stage("deny"),)
    message: str = ""

    def mode(self, day: date, surface: str) -> str:
        """Return what a violation does on a day and surface.

        A tag that is nowhere more than recommended is never more than a warning.
        """
        mode = self.staged_mode(day, surface)
        return "warn" if mode == "deny" and self.is_recommended else mode

    def staged_mode(self, day: date, surface: str) -> str:
        """Return the mode of the stage that began last; before any begins it is audit."""
        begun = [
            stage
            for stage in self.enforce
            if (not stage.surfaces or surface in stage.surfaces)
            and (stage.start is None or stage.start <= day)
        ]
        begun.sort(key=lambda stage: stage.start or date.min)
        return begun[-1].mode if begun else "audit"

    @property
    def is_recommended(self) -> bool:
        """Say whether the tag is recommended, and required nowhere."""
        return bool(self.requirements) and all(each.level == "recommended" for each in self.requirements)


class Exemption(Struct, frozen=True):
    """An owned exception for named tags on matching resources, to the end of the day `expires`."""

    id: str
    owner: str
    reason: str
    expires: date
    tags: tuple[str, ...]
    match: Selector


class Workload(Struct, frozen=True):
    """A kind of Kubernetes, `group/Kind`, that runs pods and that the catalogue does not have.

    `templates` are paths as the catalogue writes them: `[]` is every element of a list, `{}` of a map.
    """

    name: str
    templates: tuple[str, ...] = ()
    propagates: bool = False
    namespaced: bool = True
    plural: str = ""


class Readiness(Struct, frozen=True):
    """The threshold in percent, of cost or of resources, from which costs may be charged back."""

    threshold: float = 90.0
    measure: str = "cost"


SUPPORT = (
    "AWSSupport*",
    "AWS Support*",
    "AWS Premium Support*",
    "Azure Support*",
    "Microsoft Support*",
    "Google Cloud Support*",
    "Cloud Support*",
    "Support",
)
"""How clouds call support on their bills."""


class Costs(Struct, frozen=True):
    """Services on bills, as shell globs on their names, that are not charged to whoever uses them.

    Lines of the services in `without_resource` count as chargeable although they name no resource.
    """

    shared: tuple[str, ...] = ()
    support: tuple[str, ...] = SUPPORT
    untaggable: tuple[str, ...] = ()
    without_resource: tuple[str, ...] = ()


class Policy(Struct, frozen=True):
    """A whole policy, merged and checked: `sha256` is that of everything it was made from.

    `written` names the files that say something of a tag, parents first.
    """

    name: str
    version: str
    sha256: str
    owner: str = ""
    description: str = ""
    tags: tuple[Tag, ...] = ()
    scopes: Mapping[str, Selector] = {}
    workloads: tuple[Workload, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    forbidden_keys: tuple[str, ...] = ()
    forbidden_values: tuple[str, ...] = ()
    closed: bool = False
    max_tags: int | None = None
    unknown: str = "warn"
    placeholders: tuple[str, ...] = DEFAULT_PLACEHOLDERS
    readiness: Readiness = Readiness()
    costs: Costs = Costs()
    targets: Targets = Targets()
    written: Mapping[str, tuple[str, ...]] = {}

    def tag(self, tag_id: str) -> Tag | None:
        """Return the tag with an id."""
        return next((tag for tag in self.tags if tag.id == tag_id), None)
