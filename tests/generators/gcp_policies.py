"""Policies for tests of the gcp-org-policy target, and what Google Cloud does with what becomes of them."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import yaml
from msgspec import UNSET, Struct

from tagward.catalog import gcp_constraints, native_types
from tagward.language import GcpOrgPolicy, Targets
from tagward.patterns import legal_key, legal_value
from tagward.policy import Policy, Requirement, Tag
from tagward.resource import Layer, Resource
from tagward_generators import target
from tagward_generators.targets import Compilation, Fidelity
from tests.generators.random_tags import tags
from tests.generators.worlds import GCP, PROJECTS
from tests.oracles import cel_engine

DAY = date(2026, 11, 21)
ALWAYS = (Requirement(),)
VM = "compute.googleapis.com/Instance"
BUCKET = "storage.googleapis.com/Bucket"
GKE = "container.googleapis.com/Cluster"


def tag(name: str = "ml-team", **fields: Any) -> Tag:
    """Make a tag that GCP resources carry, required unless said otherwise."""
    return Tag(name, **({"title": name, "requirements": ALWAYS, "keys": {"gcp": name}} | fields))


def policy(*tags: Tag, settings: Mapping[str, Any] | None = None, **fields: Any) -> Policy:
    """Make a policy."""
    targets = Targets(gcp_org_policy=GcpOrgPolicy(**dict(settings or {})))
    return Policy("acme", "1", "0", tags=tags, targets=targets, **fields)


def random_settings(rng: Random) -> GcpOrgPolicy:
    """Make settings of the target."""
    named = ["gcp:storage.googleapis.com/Bucket", "google_container_cluster"]
    chosen: tuple[dict[str, Any], ...] = (
        {},
        {"evidence": "docs"},
        {"evidence": "unverified"},
        {"types": named},
    )
    methods: tuple[Any, ...] = (UNSET, ["CREATE", "UPDATE"])
    return GcpOrgPolicy(
        **rng.choice(chosen),
        methods=rng.choice(methods),
        organization=rng.choice((UNSET, "123456789012")),
        parent=rng.choice((UNSET, "folders/42")),
        dry_run=rng.choice((UNSET, UNSET, UNSET, True)),
    )


def compiled(policy: Policy, day: date = DAY) -> Compilation:
    """Compile to constraints and policies."""
    return target("gcp-org-policy").compile(policy, as_of=day)


def documents(compilation: Compilation, kind: str) -> list[dict[str, Any]]:
    """Read the files of a kind: CustomConstraint or Policy."""
    return [yaml.safe_load(each.content) for each in compilation.artifacts if each.kind == kind]


def row(compilation: Compilation, rule: str, tag_id: str = "ml-team") -> Fidelity:
    """Return the one row of a rule."""
    (found,) = [each for each in compilation.fidelity if (each.tag, each.rule) == (tag_id, rule)]
    return found


class Answer(Struct, frozen=True):
    """What happens to a request: denied, logged by a dry run; `errors` of the conditions."""

    denied: bool
    logged: bool
    errors: tuple[str, ...] = ()


class Organization:
    """Google Cloud after everything was applied: the nearest policy decides whether a constraint holds."""

    def __init__(self, compilation: Compilation) -> None:
        self.engine = cel_engine.gcp()
        self.policies: dict[str, dict[str, Any]] = {
            each["name"]: each for each in documents(compilation, "Policy")
        }
        self.constraints: dict[str, list[dict[str, Any]]] = {}
        for each in documents(compilation, "CustomConstraint"):
            self.constraints.setdefault(each["resourceTypes"][0], []).append(each)

    def ask(self, resource_type: str, project: str, resource: Mapping[str, Any], above: str = "") -> Answer:
        """Ask to create a resource in a project."""
        denied, logged, errors = False, False, []
        for constraint in self.constraints.get(resource_type, ()):
            held = self._policy(constraint, project, above)
            blocked = self.engine.evaluate(constraint["condition"], {"resource": dict(resource)})
            if not isinstance(blocked, bool):
                errors.append(f"{constraint['condition']}: {blocked}")
            if constraint["actionType"] == "ALLOW":
                blocked = not blocked
            denied |= blocked is True and _enforced(held, "spec")
            logged |= blocked is True and _enforced(held, "dryRunSpec")
        return Answer(denied, logged, tuple(errors))

    def _policy(self, constraint: Mapping[str, Any], project: str, above: str) -> Mapping[str, Any]:
        organization, _, name = constraint["name"].partition("/customConstraints/")
        places = (f"projects/{project}", above or organization)
        found = (self.policies.get(f"{place}/policies/{name}") for place in places)
        return next((each for each in found if each is not None), {})


def _enforced(policy: Mapping[str, Any], spec: str) -> bool:
    return any(rule["enforce"] for rule in policy.get(spec, {}).get("rules", ()))


def resource(rng: Random, drawn: Policy, resource_type: str) -> Resource:
    """Make a resource as a source of Google Cloud reads it, with the labels of its project."""
    type_ = f"gcp:{resource_type}"
    project = rng.choice(PROJECTS)
    above = labels(rng, drawn) if rng.random() < 0.5 else {}
    name = rng.choice(("web-1", "db-1"))
    return Resource(
        cloud="gcp",
        type=type_,
        native=next(iter(native_types(type_)), resource_type),
        address=rng.choice((f"module.a.{name}", name)),
        name=name,
        account=project,
        region=rng.choice(("europe-west4", "us-central1")),
        namespace="",
        tags=labels(rng, drawn),
        inherited=(Layer("project", project, above),),
    )


def labels(rng: Random, drawn: Policy) -> dict[str, str]:
    """Make labels that Google Cloud accepts, often none at all."""
    if rng.random() < 0.1:
        return {}
    found = tags(rng, drawn, GCP)
    return {
        key: value
        for key, value in found.items()
        if legal_key("gcp", key) is None and legal_value("gcp", value) is None
    }


def presented(rng: Random, resource: Resource) -> dict[str, Any]:
    """Show a resource as the API does: labels that are not set are not there, or empty."""
    field = gcp_constraints().types[resource.type.removeprefix("gcp:")].field
    shown: dict[str, Any] = {"name": resource.name, "description": "x"}
    if resource.tags or rng.random() < 0.5:
        shown[field] = dict(resource.tags)
    return shown
