"""Compiled service control policies against an IAM engine that others wrote."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tagward.loader import load
from tagward.policy import Allowed, Tag
from tagward_generators import target
from tagward_generators.aws_scp.actions import Creation
from tests.generators.random_policies import DAY, policy
from tests.generators.random_requests import ANY_TYPE, Request, every_creation, request
from tests.generators.scp_laws import breaches, evaluator, is_exempt, judge, limit_breaches, row_breaches
from tests.oracles import iam_engine
from tests.oracles.iam_engine import Engine, denied
from tests.oracles.iam_subset import any_denied, context_of

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(iam_engine.absent()), reason=iam_engine.absent()),
]

POLICIES = 1_000
REQUESTS = 20
CHECKED_EVERY = 25


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


@pytest.fixture(scope="module")
def table() -> Iterator[Counter[str]]:
    counts: Counter[str] = Counter()
    yield counts
    print("\naws-scp against iam-simulate")
    for line, count in sorted(counts.items()):
        print(f"  {line:<58} {count:>8,}")


def test_random_policies_obey_the_laws(engine: Engine, table: Counter[str]) -> None:
    found = [breach for seed in range(POLICIES) for breach in law_breaches(engine, table, seed)]

    assert found == []


def law_breaches(engine: Engine, table: Counter[str], seed: int) -> Iterator[str]:
    rng = Random(seed)
    drawn = policy(rng)
    compilation = target("aws-scp").compile(drawn, as_of=DAY)
    documents = [artifact.content for artifact in compilation.artifacts]
    every = every_creation(drawn)
    requests = [request(rng, drawn, every) for _ in range(REQUESTS)]
    answers = engine.ask(documents, requests)
    judging = evaluator(drawn)
    table["policies (L4 limits, L5 one row for each rule)"] += 1
    for breach in (*limit_breaches(drawn, compilation), *row_breaches(drawn, compilation)):
        yield f"policy {seed}: {breach.law} {breach.said}"
    for number, (asked, answer) in enumerate(zip(requests, answers, strict=True)):
        broken = judge(judging, asked, every, number)
        exempt = is_exempt(drawn, asked)
        count(table, accepted=not broken, refused=denied(answer), exempt=exempt)
        for breach in breaches(compilation, broken, denied=denied(answer), exempt=exempt):
            yield f"policy {seed}, request {number}: {breach.law} {breach.said}: {asked} {answer}"


def count(table: Counter[str], *, accepted: bool, refused: bool, exempt: bool) -> None:
    table["pairs of a policy and a request"] += 1
    table["L1 accepted by evaluation or exempt, so never denied"] += accepted or exempt
    table["L2 violations, denied where the rule is exact"] += not accepted and not exempt
    table["L3 denied, so a violation"] += refused


def test_engine_says_the_same_when_it_validates_first(engine: Engine, table: Counter[str]) -> None:
    for seed in range(0, POLICIES, CHECKED_EVERY):
        rng = Random(seed)
        drawn = policy(rng)
        documents = [each.content for each in target("aws-scp").compile(drawn, as_of=DAY).artifacts]
        requests = [request(rng, drawn, every_creation(drawn)) for _ in range(5)]

        assert engine.ask(documents, requests, checked=True) == engine.ask(documents, requests)
        table["requests that the engine also validated"] += len(requests)


def test_small_interpreter_of_the_ordinary_suite_agrees_with_the_engine(
    engine: Engine, table: Counter[str]
) -> None:
    for seed in range(POLICIES, POLICIES + 100):
        rng = Random(seed)
        drawn = policy(rng)
        documents = [each.content for each in target("aws-scp").compile(drawn, as_of=DAY).artifacts]
        every = every_creation(drawn)
        requests = [request(rng, drawn, every) for _ in range(REQUESTS)]

        said = [denied(answer) for answer in engine.ask(documents, requests)]

        assert [interpreted(documents, asked, every) for asked in requests] == said
        table["requests that the small interpreter decided alike"] += len(requests)


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
    engine: Engine, table: Counter[str], pack: str
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
            table[f"requests to every action of pack:{pack}"] += 1


def good_value(tag: Tag) -> str:
    return tag.constraint.values[0] if isinstance(tag.constraint, Allowed) else tag.example


def plain(action: str, tags: dict[str, str], every: tuple[Creation, ...]) -> Request:
    kinds = {kind for creation in every for kind in creation.kinds or {ANY_TYPE} if creation.action == action}
    account = "111122223333"
    return Request(
        action, account, "eu-west-1", f"arn:aws:iam::{account}:role/dev", dict.fromkeys(sorted(kinds), tags)
    )
