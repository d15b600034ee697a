"""The laws for Google Cloud: what is denied, what a dry run logs, and the limits of the platform."""

import re
from collections import Counter
from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.language import Targets
from tagward.policy import Policy
from tagward_generators.targets import Compilation
from tests.generators.gcp_policies import (
    DAY,
    Organization,
    compiled,
    documents,
    presented,
    random_settings,
    resource,
)
from tests.generators.laws import Breach, breaches, broken_rows, exact_rows, row_breaches
from tests.generators.random_policies import policy
from tests.generators.worlds import GCP

LONGEST = {"condition": 1_000, "displayName": 200, "description": 2_000}
ID = re.compile(r"custom\.[A-Za-z0-9]+")


def drawn_policy(rng: Random) -> Policy:
    """Make a policy for GCP with settings of the target."""
    return replace(policy(rng, GCP), targets=Targets(gcp_org_policy=random_settings(rng)))


def found(rng: Random, drawn: Policy, compilation: Compilation, requests: int) -> Iterator[Breach]:
    """List the breaches of a compilation: over random resources, its limits, and its rows."""
    yield from limit_breaches(drawn, compilation)
    yield from row_breaches(drawn, compilation)
    organization = Organization(compilation)
    evaluator = Evaluator(drawn, as_of=DAY, surface="cloud")
    for _ in range(requests):
        yield from _asked(rng, drawn, compilation, organization, evaluator)


def _asked(
    rng: Random, drawn: Policy, compilation: Compilation, organization: Organization, evaluator: Evaluator
) -> Iterator[Breach]:
    if not organization.constraints:
        return
    type_ = rng.choice(sorted(organization.constraints))
    asked = resource(rng, drawn, type_)
    settings = drawn.targets.gcp_org_policy
    above = settings.parent if isinstance(settings.parent, str) else ""
    answer = organization.ask(type_, asked.account or "", presented(rng, asked), above)
    judged = evaluator.assess(asked)
    told = f"{asked.tags} in {asked.account} on {type_}"
    for error in answer.errors:
        yield Breach("no errors", f"{error}: {told}")
    for each in breaches(compilation, broken_rows(judged), denied=answer.denied):
        yield replace(each, said=f"{each.said}: {told}")
    softly = broken_rows(judged, "warn") | broken_rows(judged, "audit")
    if settings.dry_run is True:
        softly |= broken_rows(judged)
    if answer.logged and not softly:
        yield Breach("L1", f"logged what evaluation accepts: {told}")
    if (missed := softly & exact_rows(compilation)) and not answer.logged:
        yield Breach("L2", f"did not log what breaks {sorted(missed)}: {told}")


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
