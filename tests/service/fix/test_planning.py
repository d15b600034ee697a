"""What is proposed for what a scan found: only what somebody has said, and what the policy would accept."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from tagward.errors import UsageError
from tagward.evaluation import Evaluator
from tagward.loader import load
from tagward.policy import Policy
from tagward.resource import Layer, Resource, Taggability, Tags
from tagward_service.coverage.tallying import Tallies
from tagward_service.fix.account_map import read_map
from tagward_service.fix.plan import Left, Plan, Write
from tagward_service.fix.planning import make_plan
from tagward_service.scan.interface import Part
from tagward_service.store import open_store
from tagward_service.store.interface import ScanState, Store, Wanted

DAY = date(2026, 11, 21)
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
tags:
  ml-team:
    required: true
    pattern: "[a-z][a-z-]{2,}"
    aliases: [{key: team, until: 2026-01-31}, {key: squad}]
    keys: {gcp: ml_team}
  ml-environment:
    required: true
    values: [dev, prod]
    replaces: {production: prod}
    keys: {gcp: ml_environment}
forbid: {values: ["akia[0-9a-z]{4}"]}
"""
GOOD = {"ml-team": "nlp", "ml-environment": "dev"}
GROUP = "/subscriptions/s/resourceGroups/ml"
DISK = f"{GROUP}/providers/Microsoft.Compute/disks"
VM = "//compute.googleapis.com/projects/s/zones/europe-west1-b/instances/one"
MAP = """\
account,region,name,ml-team,ml-environment
1,eu-*,mapped*,speech,
1,,mapped-too,vision,prod
1,us-*,mapped,wrong-region,
"""


def many(count: int) -> dict[str, str]:
    return {f"k{number}": "x" for number in range(count)}


AWS: Mapping[str, Mapping[str, str]] = {
    "good": GOOD,
    "bare": {"ml-environment": "dev"},
    "blank": {"ml-team": " ", "squad": "nlp", "ml-environment": "dev"},
    "expired-alias": {"team": "nlp", "ml-environment": "dev"},
    "alias": {"squad": "nlp", "ml-environment": "dev"},
    "two-aliases": {"squad": "speech", "team": "nlp", "ml-environment": "dev"},
    "bad-alias": {"team": "N!", "ml-environment": "dev"},
    "misspelt": {"ml_team": "nlp", "ml-environment": "dev"},
    "misspelt-and-replaced": {"ml-team": "nlp", "ML-Environment": "production"},
    "misspelt-twice": {"ml_team": "nlp", "mlteam": "speech", "ml-environment": "dev"},
    "misspelt-alike": {"ml_team": "nlp", "mlteam": "nlp", "ml-environment": "dev"},
    "misspelt-badly": {"ml_team": "??", "ml-environment": "dev"},
    "replaced": {"ml-team": "nlp", "ml-environment": "production"},
    "near": {"ml-team": "nlp", "ml-environment": "Dev"},
    "no-match": {"ml-team": "N L P", "ml-environment": "dev"},
    "full": {"team": "nlp", "ml-environment": "dev", **many(48)},
    "forbidden": {"team": "akia1234", "ml-environment": "dev"},
    "mapped": {"ml-environment": "dev"},
    "mapped-too": {},
    "mapped-not": {"ml-team": "N!", "ml-environment": "dev"},
}


def arn(name: str) -> str:
    return f"arn:aws:ec2:eu-west-1:1:instance/{name}"


def resources() -> Iterator[Resource]:
    for name, tags in AWS.items():
        yield _resource("aws", "aws:ec2:instance", arn(name), name, tags, region="eu-west-1")
    kind = "azure:Microsoft.Compute/disks"
    secret = "/subscriptions/s/resourceGroups/secret"
    given = {"ml-environment": "akia1234", "ml-team": "nlp"}
    yield _resource(
        "azure", "azure:Microsoft.Resources/resourceGroups", secret, "secret", given, taggable=False
    )
    yield _resource(
        "azure", kind, f"{secret}/providers/Microsoft.Compute/disks/one", "one", {"ml-team": "nlp"}
    )
    group = Layer("resource-group", "ml", {"ML-Team": "nlp", "ml-environment": "dev"})
    yield _resource("azure", "azure:Microsoft.Resources/resourceGroups", GROUP, "ml", group.tags)
    yield _resource("azure", kind, f"{DISK}/in-group", "in-group", {"ML-environment": "dev"}, around=group)
    cased = {"ML-TEAM": "", "squad": "nlp", "ml-environment": "dev"}
    yield _resource("azure", kind, f"{DISK}/cased", "cased", cased, around=group)
    labels = {"squad": "nlp", "ml_environment": "dev"}
    yield _resource("gcp", "gcp:compute.googleapis.com/Instance", VM, "one", labels, region="europe-west1")


def _resource(
    cloud: str,
    type_: str,
    id_: str,
    name: str,
    tags: Tags,
    *,
    region: str = "",
    around: Layer | None = None,
    taggable: bool = True,
) -> Resource:
    return Resource(
        cloud=cloud,
        type=type_,
        address=id_,
        id=id_,
        name=name,
        account="1" if cloud == "aws" else "s",
        region=region,
        namespace="",
        tags=tags,
        inherited=(around,) if around else (),
        taggability=Taggability(taggable, ""),
    )


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    path = tmp_path_factory.mktemp("policy") / "tagward.yaml"
    path.write_text(POLICY)
    return load(path, as_of=DAY)


@pytest.fixture(scope="module")
def store(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with one scan of every cloud."""
    folder = tmp_path_factory.mktemp("store")
    with closing(open_store(str(folder / "store.db"), snapshots=str(folder / "snapshots"))) as opened:
        for cloud in ("aws", "azure", "gcp"):
            scan(opened, policy, cloud, [each for each in resources() if each.cloud == cloud])
        yield opened


def scan(store: Store, policy: Policy, cloud: str, found: list[Resource]) -> None:
    evaluator = Evaluator(policy, as_of=DAY, surface="scan")
    run, part = store.begin(cloud, {}, policy, as_of=DAY), Part(found[0].account or "")
    run.plan([part], [])
    writer, tallies = run.part(part), Tallies(evaluator)
    assessments = [evaluator.assess(each) for each in found]
    tallies.add(assessments)
    writer.add(assessments)
    writer.done(tallies.tallies(), tallies.tags())
    run.finish(ScanState.COMPLETE)


@pytest.fixture(scope="module")
def plan(store: Store, policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("map") / "accounts.csv"
    path.write_text(MAP)
    return make_plan(store, policy, DAY, Wanted(), accounts=read_map(path, policy, DAY))


def writes(plan: Plan, resource: str) -> dict[str, tuple[str | None, str, str]]:
    found = (each for each in plan.writes if each.resource == resource)
    return {each.key: (each.old, each.new, each.confidence) for each in found}


def whys(plan: Plan, resource: str) -> list[str]:
    entries: tuple[Write | Left, ...] = (*plan.writes, *plan.left)
    return [each.why for each in entries if each.resource == resource]


@pytest.mark.parametrize(
    ("name", "key", "old", "new"),
    [
        ("blank", "ml-team", " ", "nlp"),
        ("expired-alias", "ml-team", None, "nlp"),
        ("alias", "ml-team", None, "nlp"),
        ("two-aliases", "ml-team", None, "speech"),
        ("misspelt", "ml-team", None, "nlp"),
        ("misspelt-alike", "ml-team", None, "nlp"),
        ("misspelt-and-replaced", "ml-environment", None, "prod"),
        ("replaced", "ml-environment", "production", "prod"),
    ],
)
def test_what_the_policy_says_itself_is_certain(
    plan: Plan, name: str, key: str, old: str | None, new: str
) -> None:
    assert writes(plan, arn(name)) == {key: (old, new, "certain")}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bare", "nothing says what it should be"),
        ("bad-alias", "`team` is an alias of it, but `N!` is not of the form"),
        ("misspelt-twice", "`ml_team` and `mlteam` both are it misspelt, and differ"),
        ("misspelt-badly", "but `??` is not of the form"),
        ("near", "`dev` is near, and would be a guess"),
        ("no-match", "nothing says what `N L P` should be"),
        ("mapped-not", "nothing says what `N!` should be"),
        ("full", "more than 50 tags"),
    ],
)
def test_what_nobody_says_is_left_with_the_reason(plan: Plan, name: str, why: str) -> None:
    assert writes(plan, arn(name)) == {}
    assert any(why in each for each in whys(plan, arn(name)))


def test_labels_that_cannot_be_applied_come_with_their_command(plan: Plan) -> None:
    (write,) = [each for each in plan.writes if each.command]
    command = (
        "gcloud compute instances update one --zone=europe-west1-b --project=s --update-labels=ml_team=nlp"
    )
    assert (write.resource, write.command) == (VM, command)


def test_a_value_that_is_forbidden_is_neither_proposed_nor_shown(plan: Plan) -> None:
    assert writes(plan, arn("forbidden")) == {}
    assert not any("akia" in each for each in whys(plan, arn("forbidden")))
    inside = "/subscriptions/s/resourceGroups/secret/providers/Microsoft.Compute/disks/one"
    assert whys(plan, inside) == ["the resource-group `secret` has it, but its value is not shown to anybody"]


def test_a_map_is_a_proposal_and_says_where_it_stands(plan: Plan) -> None:
    assert writes(plan, arn("mapped")) == {"ml-team": (None, "speech", "proposed")}
    assert writes(plan, arn("mapped-too")) == {
        "ml-team": (None, "speech", "proposed"),
        "ml-environment": (None, "prod", "proposed"),
    }
    assert any(each.endswith("accounts.csv:2 says so") for each in whys(plan, arn("mapped")))


def test_what_a_resource_lives_in_is_a_proposal(plan: Plan) -> None:
    assert writes(plan, f"{DISK}/in-group") == {"ml-team": (None, "nlp", "proposed")}
    assert whys(plan, f"{DISK}/in-group") == ["the resource-group `ml` has it"]


def test_azure_keeps_the_key_that_is_there(plan: Plan) -> None:
    assert writes(plan, f"{DISK}/cased") == {"ML-TEAM": ("", "nlp", "certain")}


def test_what_is_good_is_left_alone(plan: Plan) -> None:
    assert whys(plan, arn("good")) == []
    assert whys(plan, GROUP) == []


def test_every_write_mends_what_was_found_and_breaks_nothing(plan: Plan, policy: Policy) -> None:
    evaluator = Evaluator(policy, as_of=DAY, surface="scan")
    by_id = {each.id: each for each in resources()}
    written: dict[str, list[Write]] = {}
    for write in plan.writes:
        written.setdefault(write.resource, []).append(write)
    assert len(written) > 10
    for resource, some in written.items():
        before = by_id[resource]
        assert all(before.tags.get(each.key) == each.old for each in some)
        after = {**before.tags, **{each.key: each.new for each in some}}
        here = (before.cloud, before.type, before.id, before.name, after)
        found = evaluator.assess(_resource(*here, region=before.region or "")).findings
        assert not [each for each in found if each.key in {one.key for one in some}]


def test_only_what_is_wanted_is_planned(store: Store, policy: Policy) -> None:
    only = make_plan(store, policy, DAY, Wanted(clouds=["azure"]))
    assert {each.cloud for each in only.writes} == {"azure"}
    assert make_plan(store, policy, DAY, Wanted(tags=["ml-environment"])).writes
    assert make_plan(store, policy, DAY, Wanted(accounts=["nobody's"])).writes == []


def test_a_store_without_a_scan_says_so(policy: Policy, tmp_path: Path) -> None:
    with (
        closing(open_store(str(tmp_path / "store.db"))) as empty,
        pytest.raises(UsageError, match="run `tagward scan`"),
    ):
        make_plan(empty, policy, DAY, Wanted())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("account,ml-taem\n1,nlp\n", "did you mean `ml-team`"),
        ("account,ml-team\n1,N!\n", ":2: `N!` is no value of `ml-team`"),
        ("ml-team\nnlp\n", "nowhere what a row is about"),
        ("account,ml-team\n1\n", "not as many cells"),
        ("account,ml-team\n1,nlp,x\n", "not as many cells"),
        ('account,ml-team\n1,"nlp\n', "no CSV file"),
    ],
)
def test_a_map_that_cannot_be_meant_is_an_error(policy: Policy, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "map.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_map(path, policy, DAY)
