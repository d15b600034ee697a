"""Little estates and scans of them, told in a few words."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.findings import Assessment
from tagward.loader import load
from tagward.policy import Policy
from tagward.resource import Resource
from tagward_service.coverage.tallying import Tallies
from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import KeptFinding, Life, ScanRun, ScanState, Store, Wanted

DAY = date(2026, 11, 21)
SCOPE = {"organization": "o-1"}
EVERY_LIFE = tuple(Life)

GOOD = {
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-workload-type": "inference",
    "ml-environment": "prod",
}

NO_TEAM = {key: value for key, value in GOOD.items() if key != "ml-team"}
NO_TEAM_NOR_PROJECT = {key: value for key, value in NO_TEAM.items() if key != "ml-project"}

HERE = Part("111122223333", "eu-west-1", "ec2")
THERE = Part("111122223333", "us-east-1", "ec2")

Estate = Mapping[Part, Mapping[str, Mapping[str, str]]]
"""Parts, the names of their instances, and the tags of each."""


def policy() -> Policy:
    return load("pack:ml-platform", as_of=DAY)


def instance(name: str, tags: Mapping[str, str], part: Part = HERE) -> Resource:
    arn = f"arn:aws:ec2:{part.region}:{part.account}:instance/{name}"
    return Resource(
        cloud="aws",
        type="aws:ec2:instance",
        address=arn,
        id=arn,
        name=name,
        account=part.account,
        region=part.region,
        namespace="",
        tags=tags,
    )


def bucket(name: str, tags: Mapping[str, str], part: Part = HERE) -> Resource:
    arn = f"arn:aws:s3:::{name}"
    return replace(instance(name, tags, part), type="aws:s3:bucket", address=arn, id=arn)


def judged(resources: Sequence[Resource], of: Policy | None = None) -> list[Assessment]:
    """Give what the real evaluator says of some resources."""
    evaluator = Evaluator(of or policy(), as_of=DAY, surface="cloud")
    return [evaluator.assess(resource) for resource in resources]


def write(
    run: ScanRun,
    part: Part,
    resources: Sequence[Resource],
    *,
    unread: Sequence[NotEvaluated] = (),
    of: Policy | None = None,
) -> list[Assessment]:
    """Write a part with what the real evaluator says of some resources."""
    evaluator = Evaluator(of or policy(), as_of=DAY, surface="cloud")
    assessments = [evaluator.assess(resource) for resource in resources]
    tallies = Tallies(evaluator)
    tallies.add(assessments)
    writer = run.part(part)
    writer.add(assessments)
    writer.done(tallies.tallies(), tallies.tags(), unread)
    return assessments


def begin(
    store: Store, *, scope: Mapping[str, str] = SCOPE, shard: str = "", resume: bool = False
) -> ScanRun:
    return store.begin("aws", scope, policy(), as_of=DAY, shard=shard, resume=resume)


def scan(
    store: Store,
    estate: Estate,
    *,
    scope: Mapping[str, str] = SCOPE,
    shard: str = "",
    state: ScanState = ScanState.COMPLETE,
) -> int:
    """Scan an estate from its first part to its last."""
    run = begin(store, scope=scope, shard=shard)
    run.plan(list(estate), [])
    for part, instances in estate.items():
        write(run, part, [instance(name, tags, part) for name, tags in instances.items()])
    run.finish(state)
    return run.id


def told(store: Store, wanted: Wanted | None = None) -> list[tuple[str, str, str]]:
    """Give the findings as name, tag and life, sorted."""
    found = store.findings(wanted or Wanted(life=EVERY_LIFE), limit=1000).findings
    return sorted((each.name, each.tag, each.life.value) for each in found)


def only(store: Store, wanted: Wanted | None = None) -> KeptFinding:
    """Give the one finding that there is."""
    (found,) = store.findings(wanted or Wanted(life=EVERY_LIFE)).findings
    return found
