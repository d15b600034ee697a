"""The resource types that are asked for labels."""

from msgspec import Struct

from tagward.catalog import LabelField, gcp_constraints, native_types, tagward_type
from tagward_generators.gcp_org_policy.settings import SETTING, Settings
from tagward_generators.selecting import Kind
from tagward_generators.targets import CompileError

EVIDENCE = ("docs", "community", "unverified")
"""From the surest to the least sure."""


class Covered(Struct, frozen=True):
    """One resource type (`compute.googleapis.com/Instance`) and the CEL field of its labels."""

    name: str
    labels: str
    methods: tuple[str, ...]
    evidence: str

    @property
    def kind(self) -> Kind:
        """Return the type as selectors know it."""
        return Kind(f"gcp:{self.name}", native_types(f"gcp:{self.name}"))


def covered(settings: Settings) -> tuple[Covered, ...]:
    """List the types that the settings choose. Raises CompileError for one without known labels."""
    known = gcp_constraints().types
    enough = EVIDENCE[: EVIDENCE.index(settings.evidence) + 1]
    chosen = dict.fromkeys(_chosen(name, enough) for name in settings.types)
    names = chosen or sorted(name for name, each in known.items() if each.evidence in enough)
    return tuple(_covered(name, known[name], settings) for name in names)


def _covered(name: str, field: LabelField, settings: Settings) -> Covered:
    methods = tuple(each for each in field.methods if each in settings.methods)
    return Covered(name, f"resource.{field.field}", methods, field.evidence)


def _chosen(written: str, enough: tuple[str, ...]) -> str:
    name = (tagward_type(written) or written).removeprefix("gcp:")
    known = gcp_constraints().types.get(name)
    if known is None:
        raise CompileError(f"`{written}` in `{SETTING}.types`: {why_not(name)}")
    if known.evidence not in enough:
        raise CompileError(
            f"`{written}` in `{SETTING}.types` is {known.evidence} ({known.why}); "
            f"set `{SETTING}.evidence: {known.evidence}` to try it"
        )
    return name


def why_not(name: str) -> str:
    """Say why a resource type cannot be asked for labels."""
    data = gcp_constraints()
    if name in data.without:
        return data.without[name]
    if name in data.types:
        return f"not among the types in force (evidence: {data.types[name].evidence})"
    return "no custom constraint is known that asks for its labels"
