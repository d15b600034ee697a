"""What is easy to get wrong about Kyverno, one test each."""

from typing import Any

import pytest
from msgspec.structs import replace

from tagward.catalog import kubernetes_kinds
from tagward.language import KubernetesVap, Kyverno, Targets
from tagward.policy import Allowed, Matches, Policy, Requirement, Stage, Tag
from tagward_generators import target
from tagward_generators.kyverno.reports import VERSIONS
from tagward_generators.targets import Compilation, CompileError
from tests.generators.admission_laws import Asked, stages
from tests.generators.kubernetes_objects import Data
from tests.generators.kyverno_laws import policies
from tests.generators.random_policies import DAY
from tests.oracles import cel_engine
from tests.oracles.manifests import namespace
from tests.oracles.vap_engine import Verdict

needs_engine = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

WARN = (Stage("warn"),)
AUDIT = (Stage("audit"),)
MODES = {"deny": (Stage("deny"),), "warn": WARN, "audit": AUDIT}
HERE = namespace("team-a")
POD: Data = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "team-a"}}


def tag(name: str = "team", **fields: Any) -> Tag:
    """Make a tag that objects carry, required unless said otherwise."""
    known = {"title": name, "requirements": (Requirement(),), "keys": {"kubernetes": name}}
    return Tag(name, **(known | fields))


def policy(*tags: Tag, **settings: Any) -> Policy:
    """Make a policy with settings of the target."""
    return Policy("acme", "1", "0" * 64, tags=tags, targets=Targets(kyverno=Kyverno(**settings)))


def compiled(policy: Policy) -> Compilation:
    """Compile a policy as it stands on the day of the tests."""
    return target("kyverno").compile(policy, as_of=DAY)


def specs(policy: Policy) -> dict[str, Data]:
    """Return what is compiled, by its name."""
    return {each["metadata"]["name"]: each["spec"] for each in policies(compiled(policy))}


def in_every_mode(**settings: Any) -> Policy:
    """Make a policy with a tag in each mode."""
    return policy(*(tag(mode, enforce=stages) for mode, stages in MODES.items()), **settings)


def jobs(**labels: dict[str, str]) -> Data:
    """Make a JobSet with labels for the pods of each job."""
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {"name": "train", "namespace": "team-a"},
        "spec": {
            "replicatedJobs": [
                {"name": name, "template": {"spec": {"template": {"metadata": {"labels": each}}}}}
                for name, each in labels.items()
            ]
        },
    }


def decided(compilation: Compilation, made: Data, old: Data | None = None) -> Verdict:
    """Decide a request by the one policy that was compiled."""
    (stage,) = stages(compilation)
    verdict = stage.decide(Asked("UPDATE" if old else "CREATE", made, old, HERE))
    assert verdict is not None
    return verdict


def test_policies_are_of_the_kind_that_kyverno_will_keep() -> None:
    """ClusterPolicy is to go with Kyverno 1.20."""
    for document in policies(compiled(in_every_mode())):
        assert (document["apiVersion"], document["kind"]) == ("policies.kyverno.io/v1", "ValidatingPolicy")


def test_each_mode_is_a_policy_of_its_own() -> None:
    assert {name: spec["validationActions"] for name, spec in specs(in_every_mode()).items()} == {
        "acme-deny": ["Deny"],
        "acme-warn": ["Warn", "Audit"],
        "acme-audit": ["Audit"],
    }


@pytest.mark.parametrize(("set_to", "deny"), [({}, "Fail"), ({"failure_policy": "Ignore"}, "Ignore")])
def test_only_what_may_be_denied_waits_for_kyverno(set_to: dict[str, str], deny: str) -> None:
    """While Kyverno is away its webhook refuses everything, for a policy that only warns too."""
    found = {name: spec["failurePolicy"] for name, spec in specs(in_every_mode(**set_to)).items()}

    assert found == {"acme-deny": deny, "acme-warn": "Ignore", "acme-audit": "Ignore"}


def test_kyverno_does_not_rewrite_policies_for_controllers() -> None:
    """Without a word Kyverno makes rules for controllers out of rules for pods; they are judged already."""
    for spec in specs(in_every_mode()).values():
        assert spec["autogen"] == {"podControllers": {"controllers": []}}


def test_a_policy_is_never_about_pods_alone() -> None:
    """Policies on pods alone are those that Kyverno rewrites."""
    (spec,) = specs(policy(tag())).values()
    groups = [group for rule in spec["matchConstraints"]["resourceRules"] for group in rule["apiGroups"]]

    assert {"", "apps", "batch", "kubeflow.org"} <= set(groups)


def test_nothing_is_asked_that_a_background_scan_cannot_know() -> None:
    """Scans know no user, and no old object."""
    made = in_every_mode()
    for spec in specs(replace(made, tags=(*made.tags, tag("more", inherit=("namespace",))))).values():
        texts = [each["expression"] for each in (*spec["matchConditions"], *spec["variables"])]
        asked = {word for text in texts for word in text.replace("(", " ").split() if "request." in word}

        assert asked <= {"request.operation"}
        assert not any("authorizer" in text or "params" in text for text in texts)


@needs_engine
@pytest.mark.parametrize("mode", MODES)
def test_first_message_says_everything_that_is_wrong(mode: str) -> None:
    """Of the validations that fail Kyverno tells the first only, in each mode."""
    stages = MODES[mode]
    made = policy(tag(enforce=stages), tag("env", constraint=Allowed(("dev", "prod")), enforce=stages))
    wrong = POD | {"metadata": POD["metadata"] | {"labels": {"env": "test"}}}

    said = decided(compiled(made), wrong).message

    assert said == (
        "Pod/web does not carry the labels of the policy acme 1: metadata.labels: team is missing: set it; "
        "metadata.labels: env is test, which is not accepted: use one of dev, prod"
    )


@needs_engine
@pytest.mark.parametrize("name", ["kubernetes-vap", "kyverno"])
def test_parts_in_another_order_are_no_change(name: str) -> None:
    """Go tells the keys of a map in any order: the roles of a PyTorchJob are listed anew each time."""
    compilation = target(name).compile(policy(tag()), as_of=DAY)
    made = jobs(leader={}, worker={"x": "y"})

    assert not decided(compilation, made, jobs(worker={"x": "y"}, leader={})).denied
    assert decided(compilation, made, jobs(worker={}, leader={})).denied
    assert decided(compilation, made, jobs(worker={}, leader={"x": "y"})).denied
    assert decided(compilation, made, jobs(leader={})).denied


def test_kinds_are_named_by_their_version_too() -> None:
    """Any version is judged; Kyverno's scans find no kind by `*`, and nothing else may stand beside it."""
    (spec,) = specs(policy(tag())).values()
    rules = spec["matchConstraints"]["resourceRules"]
    jobs = [each for each in rules if "pytorchjobs" in each["resources"]]

    assert [each["apiVersions"] for each in jobs] == [["*"], ["v1", "v2beta1"]]
    assert all(each["apiVersions"] == ["*"] or "*" not in each["apiVersions"] for each in rules)


def test_versions_of_every_api_group_are_known() -> None:
    """Except `extensions`, which no API server has had since 1.22."""
    groups = {kind.group for kind in kubernetes_kinds()}

    assert groups - set(VERSIONS) == {"extensions"}
    assert set(VERSIONS) <= groups


@needs_engine
def test_creation_without_an_old_object_is_judged() -> None:
    """Background scans too ask as if everything were made anew."""
    assert decided(compiled(policy(tag())), POD).denied


def test_namespaces_by_name_are_left_alone_before_anything_is_asked() -> None:
    (spec,) = specs(policy(tag(), exclude_namespaces=["kyverno", "team-*"])).values()
    selector = spec["matchConstraints"]["namespaceSelector"]["matchExpressions"]
    names = [each["name"] for each in spec["matchConditions"]]

    assert selector == [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kyverno"]}]
    assert names == ["not-being-deleted", "made-by-nobody-who-is-judged", "namespace-not-excluded"]


def test_settings_of_the_api_server_s_policies_are_not_kyverno_s() -> None:
    """Kyverno has no parameters: values stay in the policy."""
    values = tuple(f"team-{number}" for number in range(50))
    constraint = Allowed(values, registry="teams")
    made = policy(tag(constraint=constraint))
    vap = KubernetesVap(parameters=True, updates="strict", exclude_namespaces=["nowhere"])

    changed = replace(made, targets=replace(made.targets, kubernetes_vap=vap))

    assert compiled(changed).artifacts == compiled(made).artifacts


def test_too_many_values_are_refused_with_what_helps() -> None:
    values = tuple(f"a-team-with-quite-a-long-name-{number}" for number in range(4_000))

    with pytest.raises(CompileError, match=r"takes 100,000; use fewer values or tags$"):
        compiled(policy(tag(constraint=Allowed(values, registry="teams"))))


def test_fifty_tags_and_two_hundred_values_fit() -> None:
    values = tuple(f"team-{number}" for number in range(200))
    pattern = Matches("[a-z][a-z0-9-]{1,40}")
    tags = (tag(constraint=Allowed(values, registry="teams")),)
    more = tuple(tag(f"tag-{number}", constraint=pattern) for number in range(49))

    assert [each.path for each in compiled(policy(*tags, *more)).artifacts] == ["acme-deny.yaml"]


def test_notes_tell_what_an_installation_leaves_alone() -> None:
    said = "\n".join(compiled(policy(tag())).notes)

    assert "Kyverno 1.17" in said
    assert "ReplicaSets" in said
    assert "reports controller" in said
