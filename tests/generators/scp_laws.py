"""The laws of compilation for service control policies."""

import json
import re
from collections.abc import Iterator
from random import Random

from tagward.evaluation import Evaluator
from tagward.policy import Policy
from tagward_generators.aws_scp import PROTECT
from tagward_generators.aws_scp.actions import Creation
from tagward_generators.aws_scp.settings import settings_of
from tagward_generators.targets import Compilation
from tests.generators import laws
from tests.generators.laws import Breach, Row, broken_rows
from tests.generators.random_policies import DAY
from tests.generators.random_requests import Request, made

SID = re.compile(r"[A-Za-z0-9]+")


def judge(evaluator: Evaluator, request: Request, every: tuple[Creation, ...], seed: int) -> frozenset[Row]:
    """Evaluate the resources that a request would make, with whatever names they get."""
    judged = (evaluator.assess(each.resource) for each in made(Random(seed), request, every))
    return frozenset().union(*map(broken_rows, judged))


def is_exempt(policy: Policy, request: Request) -> bool:
    """Say whether the settings let the principal of a request do everything."""
    named = settings_of(policy.targets.aws_scp).exempt_principals
    return bool(named) and request.principal.endswith(named[0].rpartition("/")[2])


def breaches(
    compilation: Compilation, broken: frozenset[Row], *, denied: bool, exempt: bool = False
) -> Iterator[Breach]:
    """Compare what the guardrail does to one request with the rules that it breaks."""
    if not exempt:
        yield from laws.breaches(compilation, broken, denied=denied)
    elif denied:
        yield Breach("L1", "denied an exempt principal")


def limit_breaches(policy: Policy, compilation: Compilation) -> Iterator[Breach]:
    """Check sizes, counts, names and Sids (L4)."""
    settings = settings_of(policy.targets.aws_scp)
    documents = [artifact.content for artifact in compilation.artifacts]
    if len(documents) > settings.max_policies:
        yield Breach("L4", "too many policies")
    for document in documents:
        if len(document) > settings.max_chars:
            yield Breach("L4", f"{len(document)} characters")
        sids = [statement["Sid"] for statement in json.loads(document)["Statement"]]
        if len(set(sids)) < len(sids) or not all(map(SID.fullmatch, sids)):
            yield Breach("L4", f"Sids {sids}")
        if not sids:
            yield Breach("L4", "a policy without statements")


def row_breaches(policy: Policy, compilation: Compilation) -> Iterator[Breach]:
    """Check the rows; whether removal is denied is one rule more."""
    more = (PROTECT,) if settings_of(policy.targets.aws_scp).protect else ()
    yield from laws.row_breaches(policy, compilation, *more)


def evaluator(policy: Policy) -> Evaluator:
    """Return the engine that every guardrail is compared with."""
    return Evaluator(policy, as_of=DAY, surface="cloud")
