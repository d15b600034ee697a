"""What is easy to get wrong about Gatekeeper, one test each."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from tagward.language import Gatekeeper, Targets
from tagward.policy import Alias, Allowed, Policy, Requirement, Stage, Tag
from tagward_generators import target
from tagward_generators.gatekeeper.naming import kind_of
from tagward_generators.targets import Compilation, CompileError
from tests.generators.admission_laws import Asked
from tests.generators.gatekeeper_laws import Guard, code, guard
from tests.generators.kubernetes_objects import Data
from tests.generators.random_policies import DAY
from tests.oracles import cel_engine
from tests.oracles.manifests import namespace

needs_engine = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

WARN = (Stage("warn"),)
AUDIT = (Stage("audit"),)
CEL = "K8sNativeValidation"


def tag(name: str = "team", **fields: Any) -> Tag:
    """Make a tag that objects carry, required unless said otherwise."""
    return Tag(
        name, **({"title": name, "requirements": (Requirement(),), "keys": {"kubernetes": name}} | fields)
    )


def policy(*tags: Tag, name: str = "acme", **settings: Any) -> Policy:
    """Make a policy with settings of the target."""
    return Policy(name, "1", "0" * 64, tags=tags, targets=Targets(gatekeeper=Gatekeeper(**settings)))


def compiled(policy: Policy) -> Compilation:
    """Compile a policy as it stands on the day of the tests."""
    return target("gatekeeper").compile(policy, as_of=DAY)


def ready(policy: Policy) -> Guard:
    """Compile a policy that asks for something."""
    found = guard(compiled(policy))
    assert found is not None
    return found


def pod(labels: dict[str, str], **more: Any) -> Data:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "team-a", "labels": labels, **more},
    }


def asks(made: Data, around: dict[str, str] | None = None) -> Asked:
    """Ask for an object to be made, in a namespace with labels."""
    return Asked("CREATE", made, None, namespace("team-a", around))


def messages(policy: Policy, one: Asked, mode: str = "deny", *, hidden: bool = False) -> tuple[str, ...]:
    """Return what is said of a request."""
    verdict = ready(policy).decide(mode, one, hidden=hidden)
    return verdict.messages if verdict else ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ml-platform", "MlPlatformLabels"),
        ("3m-tags", "Policy3mTagsLabels"),
        ("a" * 63, f"A{'a' * 48}7d3e74a0Labels"),
    ],
)
def test_template_has_the_kind_in_lower_case_for_its_name(name: str, kind: str) -> None:
    made = ready(policy(tag(), name=name))

    assert made.kind == kind
    assert made.template["metadata"]["name"] == kind.lower()
    assert len(kind) <= 63


def test_long_names_that_begin_alike_are_told_apart() -> None:
    assert kind_of("a" * 62 + "b") != kind_of("a" * 62 + "c")


def test_each_mode_has_a_constraint_with_gatekeepers_word_for_it() -> None:
    made = compiled(policy(tag("a"), tag("b", enforce=WARN), tag("c", enforce=AUDIT)))
    found = guard(made)
    assert found is not None

    assert [artifact.path for artifact in made.artifacts] == [
        "acme-template.yaml",
        "acme-deny.yaml",
        "acme-warn.yaml",
        "acme-audit.yaml",
    ]
    assert [
        (each["metadata"]["name"], each["spec"]["enforcementAction"], each["spec"]["parameters"])
        for each in found.constraints.values()
    ] == [
        ("acme-deny", "deny", {"mode": "deny"}),
        ("acme-warn", "warn", {"mode": "warn"}),
        ("acme-audit", "dryrun", {"mode": "audit"}),
    ]


def test_nothing_is_written_where_nothing_is_asked() -> None:
    assert compiled(policy(tag(requirements=()))).artifacts == ()
    assert compiled(policy(tag(keys={"aws": "team"}))).artifacts == ()


def test_cel_stands_before_rego_and_neither_in_the_legacy_field() -> None:
    [found] = ready(policy(tag())).template["spec"]["targets"]

    assert [each["engine"] for each in found["code"]] == [CEL, "Rego"]
    assert "rego" not in found


@pytest.mark.parametrize(("engines", "names"), [(["rego"], ["Rego"]), (["cel"], [CEL])])
def test_engines_can_be_chosen(engines: list[str], names: list[str]) -> None:
    [found] = ready(policy(tag(), engines=engines)).template["spec"]["targets"]

    assert [each["engine"] for each in found["code"]] == names


def test_rego_is_of_the_version_that_every_release_reads() -> None:
    """Gatekeeper refuses `import rego.v1`, and knows `version: v1` since 3.19 only."""
    source = code(ready(policy(tag())).template, "Rego")

    assert source.keys() == {"rego"}
    assert re.findall("^import (.*)$", source["rego"], re.MULTILINE) == [
        "future.keywords.contains",
        "future.keywords.if",
        "future.keywords.in",
    ]


def test_code_can_be_read_in_the_yaml() -> None:
    template = compiled(policy(tag())).artifacts[0].content

    assert "        rego: |\n          package acmelabels\n" in template
    assert "\t" not in template


def test_match_conditions_are_spelled_in_the_singular() -> None:
    source = code(ready(policy(tag())).template, CEL)

    assert source["matchCondition"]
    assert "matchConditions" not in source


def test_no_variable_has_a_name_that_gatekeeper_keeps_for_itself() -> None:
    source = code(ready(policy(tag("params"), tag("any-object"))).template, CEL)
    names = {each["name"] for each in source["variables"]}

    assert names.isdisjoint({"params", "anyObject"})
    assert not any(each.startswith("gatekeeper_internal_") for each in names)


def test_schema_of_parameters_is_structural() -> None:
    values = Allowed(("a", "b"), registry="teams")
    template = ready(policy(tag(constraint=values), parameters=True)).template
    schema = template["spec"]["crd"]["spec"]["validation"]["openAPIV3Schema"]

    assert all("type" in each for each in schemas(schema))
    assert schema["required"] == ["mode", "values"]


def schemas(schema: Data) -> Iterator[Data]:
    """List a schema and all in it."""
    yield schema
    inner = (*schema.get("properties", {}).values(), schema.get("additionalProperties"), schema.get("items"))
    for each in filter(None, inner):
        yield from schemas(each)


@needs_engine
def test_values_of_registries_can_be_kept_in_the_constraint() -> None:
    made = policy(tag(constraint=Allowed(("a", "b"), registry="teams")), parameters=True)
    found = ready(made)
    constraint = found.constraints["deny"]

    assert constraint["spec"]["parameters"] == {"mode": "deny", "values": {"team": ["a", "b"]}}
    assert messages(made, asks(pod({"team": "b"}))) == ()

    constraint["spec"]["parameters"]["values"]["team"].append("c")
    verdict = found.decide("deny", asks(pod({"team": "c"})))

    assert verdict is not None
    assert not verdict.denied
    assert "in input.parameters.values.team" in code(found.template, "Rego")["rego"]


def test_constraint_leaves_out_the_namespaces_that_it_can_compare() -> None:
    found = ready(policy(tag(), exclude_namespaces=["kube-*", "*-system", "dev", "te?m-a", "a*z"]))
    conditions = {each["name"]: each["expression"] for each in code(found.template, CEL)["matchCondition"]}

    assert found.constraints["deny"]["spec"]["match"]["excludedNamespaces"] == ["kube-*", "*-system", "dev"]
    assert "te.m-a|a.*z" in conditions["namespace-not-excluded"]
    assert (
        "excluded if regex.match(`^(?s:te.m-a|a.*z)$`, in_namespace)" in code(found.template, "Rego")["rego"]
    )


def test_no_namespace_is_left_out_unless_asked_for() -> None:
    found = ready(policy(tag(), exclude_namespaces=[]))

    assert "excludedNamespaces" not in found.constraints["deny"]["spec"]["match"]


@needs_engine
def test_audits_have_no_operation() -> None:
    found = ready(policy(tag()))
    audited = asks(pod({})).request | {"operation": "", "oldObject": None}

    assert found.admission.decide(audited, params=found.constraints["deny"]).denied


@needs_engine
@pytest.mark.parametrize(
    "left_alone",
    [{"operation": "DELETE", "object": None, "oldObject": pod({})}, {"subResource": "ephemeralcontainers"}],
)
def test_deletions_and_subresources_are_left_alone(left_alone: Data) -> None:
    """The webhook of Gatekeeper may be asked about both."""
    found = ready(policy(tag()))
    verdict = found.admission.decide(asks(pod({})).request | left_alone, params=found.constraints["deny"])

    assert verdict.decisions == ()


@needs_engine
def test_everything_is_said_in_one_message() -> None:
    """Of the admission policy that Gatekeeper makes, only the first message gets out."""
    made = policy(tag("team"), tag("project"), tag("stage", enforce=WARN))

    assert messages(made, asks(pod({"Team": "x"}))) == (
        "Pod/web: metadata.labels: team is missing, but Team is there, which is misspelt: set it; "
        "metadata.labels: project is missing: set it",
    )
    assert messages(made, asks(pod({})), "warn") == ("Pod/web: metadata.labels: stage is missing: set it",)


@needs_engine
def test_long_message_is_cut() -> None:
    made = policy(*(tag(f"tag-number-{number}") for number in range(60)))
    [said] = messages(made, asks(pod({})))

    assert len(said) == 1_253
    assert said.endswith("...")


@needs_engine
def test_updates_that_leave_the_labels_pass_in_mode_deny_only() -> None:
    made = policy(tag("team"), tag("project", enforce=WARN))
    update = Asked("UPDATE", pod({}), pod({}, annotations={"note": "before"}), namespace("team-a"))

    assert messages(made, update) == ()
    assert messages(made, update, "warn")
    assert messages(replace(made, targets=Targets(gatekeeper=Gatekeeper(updates="strict"))), update)


@needs_engine
def test_nobody_is_asked_for_what_a_hidden_namespace_may_have() -> None:
    """Before 3.22 Gatekeeper does not tell the labels of namespaces."""
    made = policy(tag("team", inherit=("namespace",)), tag("project"))
    one = asks(pod({}), {"team": "x"})

    assert messages(made, one) == messages(made, one, hidden=True)
    assert "project is missing" in messages(made, one)[0]
    assert "team" not in messages(made, one)[0]
    assert "team is missing" in messages(made, asks(pod({})))[0]


@needs_engine
def test_alias_on_the_namespace_counts_until_its_day() -> None:
    older = tag("team", aliases=(Alias("squad", DAY),), inherit=("namespace",))
    gone = tag("team", aliases=(Alias("squad", DAY.replace(day=1)),), inherit=("namespace",))

    assert messages(policy(older), asks(pod({}), {"squad": "x"})) == ()
    assert messages(policy(gone), asks(pod({}), {"squad": "x"})) == (
        "Pod/web: metadata.labels: team is missing, "
        "but squad is there, which does not count any more: set it",
    )


def test_percent_signs_in_messages_are_no_verbs() -> None:
    rego = code(ready(policy(tag(message="100% of it, %s"))).template, "Rego")["rego"]

    assert "100%% of it, %%s" in rego


def test_what_waits_for_namespaces_is_noted() -> None:
    plain, inherited = (compiled(policy(tag(inherit=layers))) for layers in ((), ("namespace",)))

    assert not any("3.22" in note for note in plain.notes)
    assert any("3.22" in note for note in inherited.notes)


def test_cost_of_cel_is_noted_where_there_is_cel() -> None:
    both, rego = compiled(policy(tag())), compiled(policy(tag(), engines=["rego"]))

    assert any("more than about 1500 pod templates" in note for note in both.notes)
    assert not any("pod templates costs" in note for note in rego.notes)


def test_what_no_cluster_takes_is_refused() -> None:
    one, *many = (tag(f"tag-{number}", constraint=values(f"team-{number}-")) for number in range(9))

    with pytest.raises(CompileError, match=r"`tag_0_value` of `acmelabels` has .* characters"):
        compiled(policy(one))
    with pytest.raises(CompileError, match=r"`acmelabels` has .* bytes, the API server takes"):
        compiled(policy(*many, engines=["rego"]))
    with pytest.raises(CompileError, match=r"`acme-deny` has .* bytes, the API server takes"):
        compiled(policy(*many, parameters=True))
    assert compiled(policy(one, parameters=True)).artifacts


def values(prefix: str) -> Allowed:
    """Make a registry of many values."""
    return Allowed(tuple(f"{prefix}{number:05}" for number in range(12_000)), registry="teams")
