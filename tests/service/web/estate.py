"""An organisation to show: seven teams, three clouds, a year in which tagging gets better.

`python -m tests.service.web.estate DIR` writes its policy, its bills and its showback rules to a folder,
scans it month by month into a store, and keeps what the bills came to. The same seed gives the same estate.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct
from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.loader import load
from tagward.policy import Policy
from tagward.resource import Resource
from tagward_service.billing.json_billing import render as render_billing
from tagward_service.billing.kept_gaps import kept_gaps
from tagward_service.billing.report import billing_report
from tagward_service.billing.scanned import seen_by_scans
from tagward_service.coverage.tallying import Tallies
from tagward_service.scan.interface import Part
from tagward_service.showback.json_showback import render as render_showback
from tagward_service.showback.kept import with_kept
from tagward_service.showback.report import showback
from tagward_service.showback.rule_file import read_rules
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import clock, open_store
from tagward_service.store.dispute_interface import DisputesWanted
from tagward_service.store.interface import ScanState, Store
from tests.service.web.estate_disputes import dispute
from tests.service.web.estate_files import POLICY, RULES, TEAMS

TODAY = date(2026, 11, 21)
MONTHS = tuple(f"{2025 + month // 12}-{month % 12 + 1:02}" for month in range(11, 23))
"""December 2025 to November 2026; the last is not over."""

TEAM_PROJECTS: Mapping[str, tuple[str, ...]] = {
    "fraud-detection": ("card-scoring", "account-takeover"),
    "search-ranking": ("query-understanding", "ranker"),
    "computer-vision": ("defect-detection", "document-ocr"),
    "forecasting": ("demand", "staffing"),
    "recommendations": ("home-feed", "cross-sell"),
    "nlp-assistants": ("support-chat", "summaries"),
    "ml-platform": ("feature-store", "training-cluster"),
}
WORKLOADS = ("training", "training", "inference", "inference", "data-processing", "notebook")
PLATFORM = {
    "ml-team": "ml-platform",
    "ml-project": "platform-k8s",
    "ml-workload-type": "inference",
    "ml-environment": "prod",
}
ENVIRONMENTS = ("prod", "prod", "staging", "dev")


class Home(Struct, frozen=True):
    """An account, subscription or project."""

    cloud: str
    provider: str
    account: str
    name: str
    region: str


class Kind(Struct, frozen=True):
    """A type of resource; `cost` is what a middling one costs a month."""

    cloud: str
    type: str
    service: str
    identity: str
    cost: int


EC2 = "Amazon Elastic Compute Cloud"
HOMES = (
    Home("aws", "AWS", "111122223333", "ml-prod", "eu-west-1"),
    Home("aws", "AWS", "444455556666", "ml-staging", "eu-west-1"),
    Home("aws", "AWS", "777788889999", "ml-sandbox", "us-east-1"),
    Home("azure", "Microsoft", "8f1b2c3d-0000-4a5b-9c6d-7e8f90a1b2c3", "sub-ml-vision", "westeurope"),
    Home("azure", "Microsoft", "0a9b8c7d-1111-4e5f-8a6b-5c4d3e2f1a0b", "sub-ml-shared", "westeurope"),
    Home("gcp", "Google Cloud", "acme-ml-research", "acme-ml-research", "europe-west4"),
    Home("gcp", "Google Cloud", "acme-ml-serving", "acme-ml-serving", "europe-west4"),
)
_RM = "/subscriptions/{account}/resourceGroups/rg-{name}/providers"
KINDS = (
    Kind("aws", "aws:ec2:instance", EC2, "arn:aws:ec2:{region}:{account}:instance/i-{hex}", 900),
    Kind("aws", "aws:ec2:volume", EC2, "arn:aws:ec2:{region}:{account}:volume/vol-{hex}", 60),
    Kind("aws", "aws:s3:bucket", "Amazon Simple Storage Service", "arn:aws:s3:::{name}-{hex}", 240),
    Kind(
        *("aws", "aws:sagemaker:endpoint", "Amazon SageMaker"),
        *("arn:aws:sagemaker:{region}:{account}:endpoint/{name}-{hex}", 1400),
    ),
    Kind(
        *("azure", "azure:Microsoft.Compute/virtualMachines", "Virtual Machines"),
        *(_RM + "/Microsoft.Compute/virtualMachines/vm-{hex}", 800),
    ),
    Kind(
        *("azure", "azure:Microsoft.Storage/storageAccounts", "Storage Accounts"),
        *(_RM + "/Microsoft.Storage/storageAccounts/st{hex}", 180),
    ),
    Kind(
        *("gcp", "gcp:compute.googleapis.com/Instance", "Compute Engine"),
        *("//compute.googleapis.com/projects/{account}/zones/{region}-b/instances/{name}-{hex}", 850),
    ),
    Kind(
        *("gcp", "gcp:storage.googleapis.com/Bucket", "Cloud Storage"),
        *("//storage.googleapis.com/{name}-{hex}", 160),
    ),
)

DEFECTS = (
    "no-team", "no-team", "no-project", "nothing", "nothing", "old-key", "old-key", "misspelt", "misspelt",
    "team-name", "production", "production", "placeholder", "no-run", "no-workload", "no-environment",
)  # fmt: skip


class Thing(Struct, frozen=True):
    """A resource with the tags it should have, what is wrong with them, and the month it is put right."""

    home: Home
    kind: Kind
    id: str
    name: str
    tags: Mapping[str, str]
    defect: str
    mended: int
    cost: float

    def tags_in(self, month: int) -> Mapping[str, str]:
        """Return its tags in a month."""
        return self.tags if month >= self.mended else _spoilt(self.tags, self.defect)


def _spoilt(tags: Mapping[str, str], defect: str) -> Mapping[str, str]:
    team = tags["ml-team"]
    lost = {
        "no-team": ("ml-team",),
        "no-project": ("ml-project",),
        "nothing": tuple(tags),
        "no-run": ("ml-experiment-id",),
        "no-workload": ("ml-workload-type",),
        "no-environment": ("ml-environment",),
        "old-key": ("ml-team",),
        "misspelt": ("ml-team",),
    }.get(defect, ())
    instead = {
        "old-key": {"team": team},
        "misspelt": {"ml-teem": team},
        "team-name": {"ml-team": team.split("-")[0]},
        "production": {"ml-environment": "production"},
        "placeholder": {"ml-project": "tbd"},
    }.get(defect, {})
    return {key: value for key, value in tags.items() if key not in lost} | instead


def things(count: int, seed: int = 7) -> list[Thing]:
    """Make up so many resources."""
    random = Random(seed)
    return [_thing(random) for _ in range(count)]


def hopeless(count: int) -> list[Thing]:
    """Make up so many resources on which nothing is set, and never will be."""
    return [replace(each, defect="nothing", mended=len(MONTHS)) for each in things(count)]


def _thing(random: Random) -> Thing:
    home = random.choices(HOMES, (8, 3, 2, 4, 2, 3, 3))[0]
    kind = random.choice([each for each in KINDS if each.cloud == home.cloud])
    team = random.choices(tuple(TEAM_PROJECTS), (9, 7, 6, 4, 5, 3, 2))[0]
    project, workload = random.choice(TEAM_PROJECTS[team]), random.choice(WORKLOADS)
    tags = {
        "ml-team": team,
        "ml-project": project,
        "ml-workload-type": workload,
        "ml-environment": "dev" if "sandbox" in home.name else random.choice(ENVIRONMENTS),
    }
    if workload == "training":
        tags["ml-experiment-id"] = f"exp-{random.randrange(40):04}"
    cost = kind.cost * random.lognormvariate(0, 0.7)
    defect = random.choice(DEFECTS)
    mended = _mended(random, home, cost / kind.cost)
    name, hexed = f"{project}-{workload}", f"{random.getrandbits(40):010x}"
    identity = kind.identity.format(region=home.region, account=home.account, name=name, hex=hexed)
    return Thing(home, kind, identity, name, tags, defect, mended, cost)


def _mended(random: Random, home: Home, weight: float) -> int:
    """Choose the month from which the tags are right: half always were, dear ones come before others."""
    if random.random() < 0.52:
        return 0
    never = 0.55 if home.name in ("ml-sandbox", "sub-ml-shared") else 0.24 / max(weight, 0.6)
    return 99 if random.random() < never else random.randint(1, 14)


def lines(
    found: Sequence[Thing], seed: int = 7, months: Sequence[int] = range(len(MONTHS))
) -> Iterator[dict[str, Any]]:
    """Write the bill: a line for each resource and month, and what no resource costs."""
    random = Random(seed)
    for month in months:
        period = MONTHS[month]
        part = 0.66 if month == len(MONTHS) - 1 else 1.0
        growth = part * (1 + 0.035 * month)
        whole: dict[str, float] = {}
        for thing in found:
            cost = thing.cost * growth * random.uniform(0.85, 1.15)
            whole[thing.home.provider] = whole.get(thing.home.provider, 0.0) + cost
            yield _line(thing.home, period, cost, service=thing.kind.service, thing=thing, month=month)
        yield from _others(period, whole)


def _others(period: str, whole: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """Write what a bill has beside resources: support, tax, credits, transfer, commitments, shared things."""
    for home in (HOMES[0], HOMES[3], HOMES[5]):
        cost = whole.get(home.provider, 0.0)
        aws, azure = home.cloud == "aws", home.cloud == "azure"
        support = "AWS Support (Business)" if aws else "Microsoft Support" if azure else "Cloud Support"
        yield _line(home, period, cost * 0.03, service=support)
        yield _line(home, period, cost * 0.045, service="Tax", category="Tax")
        yield _line(home, period, -cost * 0.038, service="Credits", category="Credit")
        yield _line(home, period, cost * 0.04, service="Data Transfer")
        if aws:
            yield _line(home, period, cost * 0.018, service="Savings Plans", unused=True)
            cluster = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-platform"
            eks = "Amazon Elastic Kubernetes Service"
            yield _line(home, period, cost * 0.11, service=eks, resource=cluster, tags=PLATFORM)
            yield _line(home, period, -cost * 0.006, service="Amazon SageMaker", resource=f"{cluster}/r")


def _line(
    home: Home,
    period: str,
    cost: float,
    *,
    service: str,
    category: str = "Usage",
    thing: Thing | None = None,
    month: int = 0,
    resource: str | None = None,
    tags: Mapping[str, str] | None = None,
    unused: bool = False,
) -> dict[str, Any]:
    exact = Decimal(f"{cost:.6f}")
    start = datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC).isoformat()
    tags = thing.tags_in(month) if thing else tags
    return {
        "BillingPeriodStart": start,
        "ChargePeriodStart": start,
        "ProviderName": home.provider,
        "BillingAccountId": "acme",
        "SubAccountId": home.account,
        "SubAccountName": home.name,
        "ServiceName": service,
        "RegionId": home.region,
        "ResourceId": thing.id if thing else resource,
        "ResourceName": thing.name if thing else None,
        "ChargeCategory": category,
        "ChargeClass": None,
        "CommitmentDiscountId": "sp-1" if unused else None,
        "CommitmentDiscountStatus": "Unused" if unused else None,
        "BillingCurrency": "USD",
        "BilledCost": exact,
        "EffectiveCost": exact,
        "Tags": json.dumps(dict(tags)) if tags else None,
    }


def write_bill(path: Path, found: Sequence[Thing], months: Sequence[int] = range(len(MONTHS))) -> None:
    """Write the bill as Parquet."""
    money = pa.decimal128(20, 6)
    rows = list(lines(found, months=months))
    columns = [(name, money if name in ("BilledCost", "EffectiveCost") else pa.string()) for name in rows[0]]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(columns)), path)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the store's clock stand still."""
    before = clock.now
    clock.now = lambda: clock.to_micros(moment)
    try:
        yield
    finally:
        clock.now = before


def scan_all(store: Store, policy: Policy, found: Sequence[Thing], months: Sequence[int]) -> None:
    """Scan every cloud once a month; the newest scan of AWS is denied an account."""
    for month in months:
        last = month == len(MONTHS) - 1
        day = TODAY if last else date(int(MONTHS[month][:4]), int(MONTHS[month][5:]), 26)
        for hour, cloud in enumerate(("aws", "azure", "gcp")):
            with at(datetime(day.year, day.month, day.day, 2 + hour, tzinfo=UTC)):
                unread = [DENIED] if last and cloud == "aws" else []
                _scan(
                    store,
                    policy,
                    day,
                    cloud,
                    [each for each in found if each.home.cloud == cloud],
                    month,
                    unread,
                )


DENIED = NotEvaluated("account 333344445555 (ml-acquired)", "access denied: sts:AssumeRole", incomplete=True)


def _scan(
    store: Store,
    policy: Policy,
    day: date,
    cloud: str,
    found: Sequence[Thing],
    month: int,
    unread: Sequence[NotEvaluated],
) -> None:
    scope = {"aws": {"organization": "o-acme"}, "azure": {"tenant": "acme.example"}}.get(cloud)
    run = store.begin(cloud, scope or {"organization": "organizations/424242"}, policy, as_of=day)
    homes = {each.home for each in found}
    parts = {home: Part(home.account, home.region) for home in sorted(homes, key=lambda each: each.account)}
    run.plan(list(parts.values()), unread)
    for home, part in parts.items():
        evaluator = Evaluator(policy, as_of=day, surface="scan")
        resources = [resource(each, month) for each in found if each.home == home]
        assessments = [evaluator.assess(each) for each in resources]
        tallies = Tallies(evaluator)
        tallies.add(assessments)
        writer = run.part(part)
        writer.add(assessments)
        writer.done(tallies.tallies(), tallies.tags())
    run.finish(ScanState.INCOMPLETE if unread else ScanState.COMPLETE)


def resource(thing: Thing, month: int) -> Resource:
    """Return a resource as it is in a month."""
    return Resource(
        cloud=thing.home.cloud,
        type=thing.kind.type,
        address=thing.id,
        id=thing.id,
        name=thing.name,
        account=thing.home.account,
        region=thing.home.region,
        namespace="",
        tags=thing.tags_in(month),
    )


def write_files(folder: Path) -> Policy:
    """Write the policy, its registry and the rules of showback."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"tagward.yaml": POLICY, "teams.csv": TEAMS, "showback.yaml": RULES}.items():
        (folder / name).write_text(content, encoding="utf-8")
    return load(folder / "tagward.yaml", as_of=TODAY)


def keep_reports(store: Store, policy: Policy, folder: Path, day: date = TODAY) -> None:
    """Work out what the bill comes to, as `tagward coverage` and `tagward showback` do, and keep it."""
    bill = [str(folder / "focus.parquet")]
    costs = billing_report(policy, bill, day, dimensions=("provider", "account", "service", "tag:ml-team"))
    gaps = seen_by_scans(costs.gaps, store, policy.name)
    costs = replace(costs, gaps=gaps)
    store.keep_report("costs", policy.name, day, render_billing(costs).encode(), kept_gaps(costs))
    kept = store.disputes.every(DisputesWanted(policy.name))
    rules = with_kept(read_rules(folder / "showback.yaml"), kept)
    shares = showback(policy, bill, day, rules)
    store.keep_report("showback", policy.name, day, render_showback(shares).encode())


def make(folder: Path, count: int = 1500, months: Sequence[int] = range(len(MONTHS))) -> Policy:
    """Write everything to a folder; the store is `tagward.db` in it."""
    policy = write_files(folder)
    found = things(count)
    write_bill(folder / "focus.parquet", found)
    store = open_store(str(folder / "tagward.db"), snapshots=str(folder / "tagward.db-snapshots"))
    scan_all(store, policy, found, months)
    dispute(store, policy.name)
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    with at(noon - timedelta(hours=4)):
        keep_reports(store, policy, folder)
    store.close()
    return policy


def main() -> None:
    """Write the estate to the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--resources", type=int, default=1500)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.resources)


if __name__ == "__main__":
    main()
