"""The laws of compilation, as functions that list the breaches of a compilation."""

import json
import re
from collections.abc import Iterable, Iterator
from random import Random

from msgspec import Struct

from tagward.evaluation import Evaluator
from tagward.findings import Code, Finding
from tagward.policy import Policy
from tagward_generators.aws_scp import PROTECT
from tagward_generators.aws_scp.actions import Creation
from tagward_generators.aws_scp.settings import settings_of
from tagward_generators.rules import rules
from tagward_generators.targets import Compilation, Grade
from tests.generators.random_policies import DAY
from tests.generators.random_requests import Request, made

SID = re.compile(r"[A-Za-z0-9]+")


class Judged(Struct, frozen=True):
    """What evaluation says of everything that a request makes: the rules that deny, as fidelity rows."""

    broken: frozenset[tuple[str, str]]


class Breach(Struct, frozen=True):
    """A law that does not hold, and for what."""

    law: str
    said: str


def judge(evaluator: Evaluator, request: Request, every: tuple[Creation, ...], seed: int) -> Judged:
    """Evaluate the resources that a request would make, with whatever names they get."""
    found = set()
    for each in made(Random(seed), request, every):
        for finding in evaluator.assess(each.resource).findings:
            if finding.status == "violation" and finding.mode == "deny":
                found.add(row_of(finding))
    return Judged(frozenset(found))


def row_of(finding: Finding) -> tuple[str, str]:
    """Return the fidelity row that answers for a finding."""
    if not finding.tag:
        return "*", finding.rule
    blank = finding.code is Code.BLANK
    return finding.tag, "blank" if blank else finding.rule.removeprefix(f"{finding.tag}/")


def is_exempt(policy: Policy, request: Request) -> bool:
    """Say whether the settings let the principal of a request do everything."""
    named = settings_of(policy.aws_scp).exempt_principals
    return bool(named) and request.principal.endswith(named[0].rpartition("/")[2])


def breaches(
    compilation: Compilation, judged: Judged, *, denied: bool, exempt: bool = False
) -> Iterator[Breach]:
    """Compare what the guardrail does to one request with what evaluation says of it.

    L1 and L3 are two sides of one thing here: a request that is denied breaks some rule.
    """
    if denied and not judged.broken:
        yield Breach("L1", "denied what evaluation accepts")
    exact = {(row.tag, row.rule) for row in compilation.fidelity if row.grade is Grade.EXACT}
    if not denied and not exempt and judged.broken & exact:
        yield Breach("L2", f"let through what breaks {sorted(judged.broken & exact)}")
    if denied and exempt:
        yield Breach("L1", "denied an exempt principal")


def limit_breaches(policy: Policy, compilation: Compilation) -> Iterator[Breach]:
    """Check sizes, counts, names and Sids (L4)."""
    settings = settings_of(policy.aws_scp)
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
    """Check that each rule has one row, and that each row which is not exact says why (L5)."""
    wanted = [(rule.tag, rule.name) for rule in rules(policy)]
    if settings_of(policy.aws_scp).protect:
        wanted.append((PROTECT.tag, PROTECT.name))
    if [(row.tag, row.rule) for row in compilation.fidelity] != wanted:
        yield Breach("L5", "rules and rows differ")
    if any(row.grade is not Grade.EXACT and not row.why for row in compilation.fidelity):
        yield Breach("L5", "a row does not say why")


def evaluator(policy: Policy) -> Evaluator:
    """Return the engine that every guardrail is compared with."""
    return Evaluator(policy, as_of=DAY, surface="cloud")


def laws(found: Iterable[Breach]) -> set[str]:
    """Return the laws that are broken."""
    return {each.law for each in found}
