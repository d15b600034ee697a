"""Compiled service control policies against an IAM engine that others wrote."""

from collections.abc import Iterator
from random import Random

import pytest

from tagward.loader import load
from tagward.policy import Allowed, Policy, Tag
from tagward_generators import target
from tagward_generators.aws_scp.actions import Creation
from tagward_generators.targets import Compilation, CompileError
from tests.conformance.tally import tally
from tests.generators.random_policies import DAY, policy
from tests.generators.random_requests import ANY_TYPE, Request, every_creation, request
from tests.generators.scp_laws import breaches, evaluator, is_exempt, judge, limit_breaches, row_breaches
from tests.oracles import iam_engine
from tests.oracles.iam_engine import Engine, denied
from tests.oracles.iam_subset import any_denied, context_of

TALLY = tally("aws-scp", iam_engine)
pytestmark = TALLY.marks

POLICIES = 1_000
REQUESTS = 20
CHECKED_EVERY = 25


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def test_random_policies_obey_the_laws(engine: Engine) -> None:
    found = [breach for seed in range(POLICIES) for breach in law_breaches(engine, seed)]

    assert found == []


def law_breaches(engine: Engine, seed: int) -> Iterator[str]:
    rng = Random(seed)
    drawn = policy(rng)
    compilation = compiled(drawn)
    if compilation is None:
        return
    documents = [artifact.content for artifact in compilation.artifacts]
    every = every_creation(drawn)
    requests = [request(rng, drawn, every) for _ in range(REQUESTS)]
    answers = engine.ask(documents, requests)
    judging = evaluator(drawn)
    TALLY.case("L4", "L5")
    for breach in (*limit_breaches(drawn, compilation), *row_breaches(drawn, compilation)):
        TALLY.breach(breach.law)
        yield f"policy {seed}: {breach.law} {breach.said}"
    for number, (asked, answer) in enumerate(zip(requests, answers, strict=True)):
        broken = judge(judging, asked, every, number)
        exempt = is_exempt(drawn, asked)
        TALLY.case(*laws(accepted=not broken or exempt, refused=denied(answer)))
        for breach in breaches(compilation, broken, denied=denied(answer), exempt=exempt):
            TALLY.breach(breach.law)
            yield f"policy {seed}, request {number}: {breach.law} {breach.said}: {asked} {answer}"


def compiled(drawn: Policy) -> Compilation | None:
    """Compile a policy, unless it is refused as too big for its limits, which is L4 kept as well."""
    try:
        return target("aws-scp").compile(drawn, as_of=DAY)
    except CompileError as error:
        if "`targets.aws-scp.max_policies` allows" not in str(error):
            raise
        TALLY.case("L4", "refused as too big")
        return None


def laws(*, accepted: bool, refused: bool) -> Iterator[str]:
    """Name the laws that a request can break: what is accepted L1, what violates L2, what is denied L3."""
    yield "L1" if accepted else "L2"
    if refused:
        yield "L3"


def test_engine_says_the_same_when_it_validates_first(engine: Engine) -> None:
    for seed in range(0, POLICIES, CHECKED_EVERY):
        rng = Random(seed)
        drawn = policy(rng)
        documents = [each.content for each in target("aws-scp").compile(drawn, as_of=DAY).artifacts]
        requests = [request(rng, drawn, every_creation(drawn)) for _ in range(5)]

        assert engine.ask(documents, requests, checked=True) == engine.ask(documents, requests)
        TALLY.case("alike when validated", times=len(requests))


def test_small_interpreter_of_the_ordinary_suite_agrees_with_the_engine(engine: Engine) -> None:
    for seed in range(POLICIES, POLICIES + 100):
        rng = Random(seed)
        drawn = policy(rng)
        documents = [each.content for each in target("aws-scp").compile(drawn, as_of=DAY).artifacts]
        every = every_creation(drawn)
        requests = [request(rng, drawn, every) for _ in range(REQUESTS)]

        said = [denied(answer) for answer in engine.ask(documents, requests)]

        assert [interpreted(documents, asked, every) for asked in requests] == said
        TALLY.case("alike by the interpreter", times=len(requests))


def interpreted(documents: list[str], asked: Request, every: tuple[Creation, ...]) -> bool:
    """Decide a request on what it makes; what it only uses carries no tags and must not matter."""
    return any(
        any_denied(
            documents,
            asked.action,
            arn.replace("*", "x1"),
            context_of(asked.account, asked.region, asked.principal, asked.tags[kind]),
        )
        for creation in every
        if creation.action == asked.action
        for kind in sorted(creation.kinds) or [ANY_TYPE]
        for arn in creation.resources
    )


@pytest.mark.parametrize("pack", ["ml-platform", "finops-core"])
def test_pack_lets_every_tagged_request_through_and_stops_every_untagged_one(
    engine: Engine, pack: str
) -> None:
    loaded = load(f"pack:{pack}", as_of=DAY)
    documents = [each.content for each in target("aws-scp").compile(loaded, as_of=DAY).artifacts]
    every = every_creation(loaded)
    good = {tag.keys["aws"]: good_value(tag) for tag in loaded.tags}
    for action in sorted({creation.action for creation in every}):
        for missing in (None, *(tag.keys["aws"] for tag in loaded.tags if tag.requirements[0].when is None)):
            tags = {key: value for key, value in good.items() if key != missing}
            answer = engine.ask(documents, [plain(action, tags, every)])[0]

            assert denied(answer) is (missing is not None), (action, missing, answer)
            TALLY.case(f"pack:{pack}")


def good_value(tag: Tag) -> str:
    return tag.constraint.values[0] if isinstance(tag.constraint, Allowed) else tag.example


def plain(action: str, tags: dict[str, str], every: tuple[Creation, ...]) -> Request:
    kinds = {kind for creation in every for kind in creation.kinds or {ANY_TYPE} if creation.action == action}
    account = "111122223333"
    return Request(
        action, account, "eu-west-1", f"arn:aws:iam::{account}:role/dev", dict.fromkeys(sorted(kinds), tags)
    )
