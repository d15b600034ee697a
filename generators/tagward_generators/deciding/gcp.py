"""What custom constraints of Google Cloud organization policies decide about labels.

A constraint does nothing until a policy enforces it, on the organization, a folder or a project; the policy
that is nearest to a resource counts. `dryRunSpec` only records. An error of a condition is taken for a
condition that does not hold; Google documents neither (and no guarded condition has one).
"""

import json
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct, ValidationError, convert

from tagward.patterns import charsets
from tagward_generators.deciding.cel.engine import Environment, Program, cel, environment
from tagward_generators.deciding.cel.literals import vocabulary
from tagward_generators.deciding.cel.splitting import conjuncts, disjuncts
from tagward_generators.deciding.rulings import Guardrail, Place, RefusedError, Rule, Tags, Undecided, Verdict
from tagward_generators.deciding.words import stem, with_article
from tagward_generators.deciding.yaml_documents import documents

_STRANGE = "it is not a constraint or policy that is understood"

GOVERN_TAGS = "GOVERN_TAGS"

_CONSTRAINT, _POLICY = "/customConstraints/", "/policies/"
_BY_SERVER = ("etag", "updateTime")
_VERBS = {"CREATE": "creating", "UPDATE": "changing", "DELETE": "deleting", GOVERN_TAGS: "tagging"}
_FIELD = re.compile(r"\bresource\.([A-Za-z_][\w.]*)")
_TAG = re.compile(r"hasDirectTagKey\(\s*[\"']([^\"']+)[\"']")


class Constraint(Struct, frozen=True):
    """One custom constraint; `fields` are where it looks for labels, `parts` any of which can break it."""

    id: str
    types: tuple[str, ...]
    methods: tuple[str, ...]
    condition: str
    denies: bool
    fields: tuple[str, ...]
    parts: tuple[str, ...]


class ConstraintRule:
    """What one part of the condition of an enforced constraint says of the labels of one type."""

    def __init__(self, constraint: Constraint, part: str, verdict: Verdict) -> None:
        self.by = constraint.id
        self.verdict = verdict
        self.meaning: Hashable = (part, constraint.denies)
        self.vocabulary: Mapping[str, Sequence[str]] = _vocabulary(part)
        self._program: Program = _environment().compile(part)
        self._constraint = constraint

    def objects(self, tags: Tags) -> bool:
        """Say whether this part breaks the constraint."""
        resource: dict[str, Any] = {"directTags": list(tags)}
        for field in self._constraint.fields if tags else ():
            _put(resource, field, dict(tags))
        return (self._program({"resource": resource}) is True) is self._constraint.denies


class GcpGuardrail:
    """Constraints and the policies that enforce them."""

    def __init__(
        self,
        constraints: Mapping[str, Constraint],
        enforced: Mapping[tuple[str, str], Verdict],
        undecided: tuple[Undecided, ...],
    ) -> None:
        self.constraints = constraints
        self.enforced = enforced
        self.undecided = undecided
        self._rule = cache(ConstraintRule)

    def rules(self, place: Place) -> Sequence[Rule]:
        """Return the constraints that are enforced on a type."""
        project = place.fact("project") or ""
        return [
            self._rule(each, part, self.verdict(each.id, project))
            for each in self.constraints.values()
            if place.fact("type") in each.types
            and place.fact("method") in each.methods
            and self.verdict(each.id, project)
            for part in each.parts
        ]

    def verdict(self, constraint: str, project: str) -> Verdict:
        """Return what breaking a constraint leads to in a project: its own policy comes first."""
        for parent in (project, ""):
            if (parent, constraint) in self.enforced:
                return self.enforced[parent, constraint]
        return Verdict.ALLOWED


class GcpOrgPolicy:
    """The family `gcp-org-policy`."""

    name = "gcp-org-policy"
    costly = False
    spells = True

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Return the constraints and policies of an artifact, without what Google adds to them."""
        found = [each for each in documents(content) if isinstance(each, dict) and "name" in each]
        if not found:
            return {stem(path): content}
        return {short_name(str(each["name"])): json.dumps(plain(each), default=str) for each in found}

    def read(self, artifacts: Mapping[str, str]) -> GcpGuardrail:
        """Read constraints and policies; those that cannot be evaluated are undecided."""
        constraints: dict[str, Constraint] = {}
        enforced: dict[tuple[str, str], Verdict] = {}
        undecided: list[Undecided] = []
        for name, text in artifacts.items():
            try:
                document = json.loads(text)
                if _POLICY in document["name"]:
                    parent, _, constraint = document["name"].partition(_POLICY)
                    enforced[_project(parent), constraint] = _verdict(document)
                else:
                    read = _constraint(document)
                    constraints[read.id] = read
            except (ValidationError, ValueError, LookupError, TypeError, AttributeError) as why:
                undecided.append(
                    Undecided(name, str(why) if isinstance(why, RefusedError) else _STRANGE, text)
                )
        return GcpGuardrail(constraints, enforced, tuple(undecided))

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List types, methods and projects that are named."""
        every = [each for each in guardrails if isinstance(each, GcpGuardrail)]
        projects = sorted({project for each in every for project, _ in each.enforced})
        pairs = sorted(
            {
                (kind, method)
                for each in every
                for constraint in each.constraints.values()
                for kind in constraint.types
                for method in constraint.methods
            }
        )
        everywhere = ["", *filter(None, projects)]
        return [_place(kind, method, project) for project in everywhere for kind, method in pairs]

    def possible(self, key: str, value: str) -> bool:
        """Say whether Google Cloud takes such a label."""
        return charsets.legal_value("gcp", value) is None and charsets.legal_key("gcp", key) is None


def short_name(name: str) -> str:
    """Leave out the organization: `policies/custom.x`; other places stay: `projects/p/policies/custom.x`."""
    parent, slash, rest = name.partition("/policies/" if _POLICY in name else "/customConstraints/")
    kept = "" if parent.startswith("organizations/") else f"{parent}/"
    return f"{kept}{slash.strip('/')}/{rest}" if slash else name


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the server adds, and where the organization is named."""
    kept = {key: _plain(value) for key, value in document.items() if key not in _BY_SERVER}
    return kept | {"name": "/" + short_name(str(document["name"]))}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in _BY_SERVER}
    return value


def _project(parent: str) -> str:
    parent = parent.strip("/")
    return parent if parent.startswith("projects/") else ""


def _constraint(document: Mapping[str, Any]) -> Constraint:
    condition = " ".join(str(document["condition"]).split("\n")).strip()
    fields = {field for field in _FIELD.findall(condition) if not field.startswith("hasDirectTagKey")}
    labels = tuple(sorted(field for field in map(_label_field, fields) if field))
    strange = sorted(field for field in fields if _label_field(field) is None)
    if strange:
        raise RefusedError(f"it looks at `resource.{strange[0]}`")
    _environment().compile(condition)
    denies = {"DENY": True, "ALLOW": False}[document["actionType"]]
    return Constraint(
        str(document["name"]).rpartition("/")[2],
        convert(document["resourceTypes"], tuple[str, ...]),
        convert(document["methodTypes"], tuple[str, ...]),
        condition,
        denies,
        labels,
        _parts(condition, denies=denies),
    )


def _parts(condition: str, *, denies: bool) -> tuple[str, ...]:
    """Take a condition apart, unless a part is refused by itself."""
    parts = disjuncts(condition) if denies else conjuncts(condition)
    try:
        for part in parts:
            _environment().compile(part)
    except RefusedError:
        return (condition,)
    return parts


def _label_field(field: str) -> str | None:
    """Return the path of a map of labels: `settings.userLabels` of `settings.userLabels.exists`."""
    found = re.match(r"(?:\w+\.)*?\w*[lL]abels\b", field)
    return found[0] if found else None


def _verdict(policy: Mapping[str, Any]) -> Verdict:
    """Return what a policy makes of a broken constraint. Raises RefusedError for conditions of its own."""
    for name, verdict in (("spec", Verdict.DENIED), ("dryRunSpec", Verdict.RECORDED)):
        rules = policy.get(name, {}).get("rules", [])
        if any("condition" in rule for rule in rules):
            raise RefusedError("its rules have conditions on tags")
        if any(rule.get("enforce") is True for rule in rules):
            return verdict
    return Verdict.ALLOWED


def _vocabulary(condition: str) -> Mapping[str, Sequence[str]]:
    tags = {key.rpartition("/")[2]: () for key in _TAG.findall(condition)}
    return tags or vocabulary([condition])


def _put(resource: dict[str, Any], path: str, labels: dict[str, str]) -> None:
    *way, last = path.split(".")
    for step in way:
        resource = resource.setdefault(step, {})
    resource[last] = labels


def _place(kind: str, method: str, project: str) -> Place:
    service, _, name = kind.partition("/")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    thing = f"{service.partition('.')[0].capitalize()} {words}"
    return Place(
        kind if method == "CREATE" else f"{kind} ({method})",
        f"{_VERBS.get(method, method)} {with_article(thing)}",
        (("method", method), ("project", project), ("type", kind)),
        f"in `{project}`" if project else "",
    )


@cache
def _environment() -> Environment:
    """CEL of custom constraints: `resource`, the standard functions, and whether a tag is bound."""
    engine = cel()
    bound = engine.Overload(
        "tagward_has_direct_tag_key",
        return_type=engine.Type.BOOL,
        parameters=[engine.Type.MAP, engine.Type.STRING],
        is_member=True,
        impl=lambda resource, key: key.rpartition("/")[2] in resource.get("directTags", ()),
    )
    return environment({"resource": None}, [engine.FunctionDecl("hasDirectTagKey", [bound])])
