"""Lines of bills beside the resources that they bill: the query and evaluation say the same of them."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Code, Finding, Status
from tagward.policy import Policy, Tag
from tagward.resource import Resource
from tagward_generators.sql.columns import LINE, tag_columns
from tagward_generators.sql.compiling import sql_of
from tagward_generators.sql.dialects import DUCKDB
from tagward_generators.sql.staging import tag_projections
from tagward_generators.sql.verdicts import verdicts
from tests.generators import random_policies, random_tags
from tests.generators.random_policies import DAY
from tests.generators.worlds import ACCOUNTS, AWS, AZURE, GCP, PROJECTS, REGIONS, SUBSCRIPTIONS

WORLDS = (AWS, AZURE, GCP)

IDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "aws": (
        ("aws:ec2:instance", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"),
        ("aws:ec2:instance", "i-0abc"),
        ("aws:ec2:volume", "vol-1"),
        ("aws:sagemaker:endpoint", "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/web-1"),
        ("aws:s3:bucket", "arn:aws:s3:::web-1"),
        ("aws:lambda:function", "arn:aws:lambda:us-east-1:111122223333:function:f"),
        ("", "web-1"),
        ("", ""),
    ),
    "azure": (
        (
            "azure:microsoft.compute/virtualmachines",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1",
        ),
        (
            "azure:microsoft.machinelearningservices/workspaces/onlineendpoints",
            "/subscriptions/s/resourcegroups/g/providers/microsoft.machinelearningservices/workspaces/w"
            "/onlineEndpoints/e",
        ),
        ("", "module.x"),
    ),
    "gcp": (
        (
            "gcp:compute.googleapis.com/Instance",
            "//compute.googleapis.com/projects/p/zones/z/instances/web-1",
        ),
        ("gcp:storage.googleapis.com/Bucket", "//storage.googleapis.com/web-1"),
        (
            "gcp:container.googleapis.com/Cluster",
            "//container.googleapis.com/projects/p/locations/l/clusters/c",
        ),
        ("", "projects/p"),
    ),
}
"""Types, and ids that tell them."""

PLACES: Mapping[str, tuple[str, ...]] = {"aws": ACCOUNTS, "azure": SUBSCRIPTIONS, "gcp": PROJECTS}
HOSTILE = ("it's", 'a "b".[0]', " leading", "$.x['y']", "Größe→😀", "a\\b", "%_", "a.b", "--;")
"""Keys that some engine trips over when it is not careful."""


class BillWorld(Struct, frozen=True):
    """A policy, and lines of bills as the resources that they bill."""

    policy: Policy
    lines: tuple[Resource, ...]


def drawn(rng: Random, count: int = 40) -> BillWorld:
    """Draw a policy, now and then with hostile keys, and lines of all clouds."""
    policy = random_policies.policy(rng, rng.choice(WORLDS))
    tags = tuple(_everywhere(rng, tag) for tag in policy.tags)
    policy = replace(policy, tags=tags)
    return BillWorld(policy, tuple(_line(rng, policy) for _ in range(count)))


def _everywhere(rng: Random, tag: Tag) -> Tag:
    """Give a tag a key on most clouds; a hostile one is nothing that a cloud allows, and is found anyway."""
    key = rng.choice(HOSTILE) + tag.id if rng.random() < 0.2 else ""
    keys = {world.cloud: key or world.keys.get(tag.id, tag.id) for world in WORLDS if rng.random() < 0.9}
    return replace(tag, keys={**tag.keys, **keys})


def _line(rng: Random, policy: Policy) -> Resource:
    world = rng.choice(WORLDS)
    kind, identity = rng.choice(IDS[world.cloud])
    tags = {key: value for key, value in random_tags.tags(rng, policy, world).items() if value is not None}
    if rng.random() < 0.1:
        tags[rng.choice(HOSTILE)] = rng.choice(HOSTILE)
    return Resource(
        cloud=world.cloud,
        type=kind,
        native=kind,
        address=identity,
        id=identity,
        name=rng.choice(("web-1", "db", "")),
        account=rng.choice((*PLACES[world.cloud], "")),
        region=rng.choice((*REGIONS, "")),
        namespace="",
        tags=tags,
    )


def asked(world: BillWorld) -> list[dict[str, Any]]:
    """Ask DuckDB what the compiled policy says of each line, in order."""
    policy = world.policy
    columns = tag_columns(tag.id for tag in policy.tags)
    connection = duckdb.connect()
    connection.register("raw", pa.Table.from_pylist(_rows(world.lines), schema=SCHEMA))
    projections = tag_projections(policy, DAY, DUCKDB, "tags")
    staged = ", ".join(f"{sql} AS {name}" for name, sql in projections)
    connection.execute(f"CREATE TABLE staged AS SELECT * EXCLUDE tags, {staged} FROM raw")
    texts = dict.fromkeys((*columns.values(), "tag_keys", "tag_values"), "string")
    there = {row[0] for row in connection.execute("DESCRIBE staged").fetchall()}
    schema = {**LINE, **{name: kind for name, kind in texts.items() if name in there}, "number": "int64"}
    judged = verdicts(ibis.table(schema, name="staged"), policy, DAY)
    rows = connection.execute(sql_of(judged.lines.order_by("number"), "duckdb"))
    names = [each[0] for each in rows.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return [
        {
            "compliant": row["compliant"],
            "exempt": row["exempt"],
            "tags": {
                tag: tuple(row[words[tag]] for words in (judged.needed, judged.present, judged.valid))
                for tag in columns
            },
        }
        for row in found
    ]


SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name, kind in LINE.items() if kind == "string"),
        *((name, pa.bool_()) for name, kind in LINE.items() if kind == "boolean"),
        ("billed", pa.decimal128(38, 18)),
        ("effective", pa.decimal128(38, 18)),
        ("lines", pa.int64()),
        ("last_start", pa.timestamp("us")),
        ("tags", pa.map_(pa.string(), pa.string())),
        ("number", pa.int64()),
    ]
)


def _rows(lines: Sequence[Resource]) -> list[dict[str, Any]]:
    return [
        {
            "cloud": line.cloud,
            "account": line.account or None,
            "region": line.region or None,
            "resource_id": line.id or None,
            "resource_name": line.name or None,
            "tags": list(line.tags.items()),
            "number": number,
        }
        for number, line in enumerate(lines)
    ]


def judged(world: BillWorld) -> list[Assessment]:
    """Ask evaluation about the resources; what a cloud would not have taken is not looked for."""
    evaluator = Evaluator(world.policy, as_of=DAY, surface="scan")
    return [_as_billed(evaluator.assess(line)) for line in world.lines]


def _as_billed(assessment: Assessment) -> Assessment:
    findings = tuple(each for each in assessment.findings if each.code is not Code.ILLEGAL)
    statuses = {each.status for each in findings}
    status = (
        Status.VIOLATING
        if "violation" in statuses
        else Status.EXEMPT
        if "exempt" in statuses
        else Status.COMPLIANT
    )
    return replace(assessment, findings=findings, status=status)


def breaches(world: BillWorld) -> Iterator[str]:
    """Say where the query and evaluation differ."""
    pairs = zip(asked(world), judged(world), strict=True)
    for row, assessment in pairs:
        said = "compliant" if row["compliant"] else "exempt" if row["exempt"] else "violating"
        if said != assessment.status and not _let_through(world.policy, said, assessment):
            yield f"{said} is said of {assessment}"
        for tag, (needed, present, valid) in row["tags"].items():
            found = [each for each in assessment.findings if each.tag == tag]
            if (needed and not present) != any(map(_is_missing, found)):
                yield f"{tag}: needed {needed}, present {present}: {assessment}"
            if (present and not valid) != any(each.rule.endswith(("/value", "/replaces")) for each in found):
                yield f"{tag}: present {present}, valid {valid}: {assessment}"


def _is_missing(finding: Finding) -> bool:
    return "/required" in finding.rule and finding.status != "recommended"


def _let_through(policy: Policy, said: str, assessment: Assessment) -> bool:
    """Say whether a line may pass: an unknown key may be the misspelt key of a tag that may be missing."""
    rules = {each.rule for each in assessment.findings if each.status == "violation"}
    return (
        policy.closed and said != "violating" and rules == {"limits.closed"} and _may_be_missing(policy.tags)
    )


def _may_be_missing(tags: Sequence[Tag]) -> bool:
    return any(tag.requirements for tag in tags)
