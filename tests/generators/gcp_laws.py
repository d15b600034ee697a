"""The laws for Google Cloud: what is denied, what a dry run logs, and the limits of the platform."""

import re
from collections import Counter
from collections.abc import Iterator
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.language import Targets
from tagward.policy import Policy
from tagward_generators.targets import Compilation
from tests.generators.gcp_policies import (
    DAY,
    Answer,
    Organization,
    compiled,
    documents,
    presented,
    random_settings,
    resource,
)
from tests.generators.laws import Breach, Row, breaches, broken_rows, exact_rows, row_breaches
from tests.generators.random_policies import policy
from tests.generators.worlds import GCP

LONGEST = {"condition": 1_000, "displayName": 200, "description": 2_000}
ID = re.compile(r"custom\.[A-Za-z0-9]+")


def drawn_policy(rng: Random) -> Policy:
    """Make a policy for GCP with settings of the target."""
    return replace(policy(rng, GCP), targets=Targets(gcp_org_policy=random_settings(rng)))


class Case(Struct, frozen=True):
    """A resource that somebody asks to create: what happens to it, and what evaluation finds broken."""

    told: str
    answer: Answer
    denied: frozenset[Row]
    advised: frozenset[Row]


def cases(rng: Random, drawn: Policy, compilation: Compilation, requests: int) -> Iterator[Case]:
    """Ask to create random resources of the types that the compilation judges."""
    organization = Organization(compilation)
    evaluator = Evaluator(drawn, as_of=DAY, surface="cloud")
    settings = drawn.targets.gcp_org_policy
    above = settings.parent if isinstance(settings.parent, str) else ""
    for _ in range(requests if organization.constraints else 0):
        type_ = rng.choice(sorted(organization.constraints))
        asked = resource(rng, drawn, type_)
        answer = organization.ask(type_, asked.account or "", presented(rng, asked), above)
        judged = evaluator.assess(asked)
        advised = broken_rows(judged, "warn") | broken_rows(judged, "audit")
        if settings.dry_run is True:
            advised |= broken_rows(judged)
        told = f"{asked.tags} in {asked.account} on {type_}"
        yield Case(told, answer, broken_rows(judged), advised)


def found(rng: Random, drawn: Policy, compilation: Compilation, requests: int) -> Iterator[Breach]:
    """List the breaches of a compilation: over random resources, its limits, and its rows."""
    yield from limit_breaches(drawn, compilation)
    yield from row_breaches(drawn, compilation)
    for case in cases(rng, drawn, compilation, requests):
        for each in _breaches(case, compilation):
            yield replace(each, said=f"{each.said}: {case.told}")


def _breaches(case: Case, compilation: Compilation) -> Iterator[Breach]:
    for error in case.answer.errors:
        yield Breach("no errors", error)
    yield from breaches(compilation, case.denied, denied=case.answer.denied)
    if case.answer.logged and not case.advised:
        yield Breach("L1", "logged what evaluation accepts")
    missed = case.advised & exact_rows(compilation)
    if missed and not case.answer.logged:
        yield Breach("L2", f"did not log what breaks {sorted(missed)}")


def limit_breaches(drawn: Policy, compilation: Compilation) -> Iterator[Breach]:
    """Check what Google takes: ids, sizes, methods, and how many for a type (L4)."""
    constraints = documents(compilation, "CustomConstraint")
    for each in constraints:
        organization, _, name = each["name"].partition("/customConstraints/")
        if not (ID.fullmatch(name) and len(name) <= 62 and organization.startswith("organizations/")):
            yield Breach("L4", f"name {each['name']}")
        if (
            len(each["condition"]) > 1_000
            or len(each["displayName"]) > 200
            or len(each["description"]) > 2_000
        ):
            yield Breach("L4", f"too long: {each['condition']}")
        if "CREATE" not in each["methodTypes"] or len(each["resourceTypes"]) != 1:
            yield Breach("L4", f"methods or types of {name}")
    names = Counter(each["name"] for each in constraints)
    counts = Counter(each["resourceTypes"][0] for each in constraints)
    if max(names.values(), default=0) > 1 or max(counts.values(), default=0) > 20:
        yield Breach("L4", "a name twice, or too many for a type")
    enforced = {each["name"].partition("/policies/")[2] for each in documents(compilation, "Policy")}
    if enforced != {name.partition("/customConstraints/")[2] for name in names}:
        yield Breach("L4", "a constraint without a policy, or the other way round")
    if len({artifact.path for artifact in compilation.artifacts}) != len(compilation.artifacts):
        yield Breach("L4", "two files of one name")


def of_seed(seed: int, requests: int) -> Iterator[Breach]:
    """List the breaches of one random policy."""
    rng = Random(seed)
    drawn = drawn_policy(rng)
    yield from found(rng, drawn, compiled(drawn), requests)


class Count(Struct):
    """How much a random policy had to say."""

    requests: int = 0
    denied: int = 0
    logged: int = 0
    broken_and_exact: int = 0


def count(seed: int, requests: int) -> Count:
    """Count the cases of one random policy."""
    rng = Random(seed)
    drawn = drawn_policy(rng)
    compilation = compiled(drawn)
    counted = Count()
    for case in cases(rng, drawn, compilation, requests):
        counted.requests += 1
        counted.denied += case.answer.denied
        counted.logged += case.answer.logged
        counted.broken_and_exact += bool(case.denied & exact_rows(compilation))
    return counted
