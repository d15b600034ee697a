"""What some engine would trip over, and what the artifacts must be."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from unittest import mock

import duckdb
import pytest
import re2
import sqlglot
from msgspec.structs import replace

from tagward.loader import load
from tagward.patterns import compile_pattern
from tagward.policy import Alias, Allowed, Exemption, Policy, Requirement, Selector, Tag
from tagward_generators import GUARDRAILS, TARGETS, target
from tagward_generators.rules import rules
from tagward_generators.sql.columns import tag_columns
from tagward_generators.sql.dialects import DIALECTS, DUCKDB, Dialect
from tagward_generators.sql.outcomes import Outcomes
from tagward_generators.sql.portable_regex import BEHIND, END, START, blank, of_globs, of_pattern, whole
from tagward_generators.targets import Compilation, Grade, MissingExtraError
from tests.generators.random_policies import DAY
from tests.generators.worlds import MATCHING, ODD

EXAMPLE = Path(__file__).parents[2] / "policies" / "example" / "tagward.yaml"
NAMES = ("pack:ml-platform", "pack:finops-core", str(EXAMPLE))
EVERYWHERE = ("aws", "azure", "gcp", "kubernetes")
TEAM = Tag(
    "team",
    "Team",
    requirements=(Requirement(),),
    constraint=Allowed(("a",)),
    keys=dict.fromkeys(EVERYWHERE, "team"),
)


def policy(*tags: Tag, **changed: object) -> Policy:
    return replace(Policy("p", "1", "0" * 64, tags=tags or (TEAM,)), **changed)


def compiled(drawn: Policy) -> Compilation:
    return target("sql").compile(drawn, as_of=DAY)


@cache
def compiled_pack(name: str) -> Compilation:
    return compiled(load(name, as_of=DAY))


def row(drawn: Policy, rule: str, tag: str = "team") -> tuple[Grade, str]:
    (wanted,) = (each for each in rules(drawn) if (each.tag, each.name) == (tag, rule))
    found = Outcomes(drawn, DAY).row(wanted)
    return found.grade, found.why


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_gets_sql_that_parses_and_no_rule_vanishes(name: str) -> None:
    drawn = load(name, as_of=DAY)
    made = compiled_pack(name)

    for artifact in made.artifacts:
        dialect = artifact.path.split(".")[-3]
        assert sqlglot.parse_one(artifact.content, dialect=dialect)
    assert {artifact.path.split(".")[-3] for artifact in made.artifacts} == {each.name for each in DIALECTS}
    assert [(each.tag, each.rule) for each in made.fidelity] == [
        (each.tag, each.name) for each in rules(drawn)
    ]


@pytest.mark.parametrize("encoding", ["map", "json", "array"])
def test_what_is_written_for_duckdb_runs_on_focus_as_it_is_exported(encoding: str) -> None:
    made = {each.path: each.content for each in compiled_pack(NAMES[0]).artifacts}
    connection = duckdb.connect()
    tags = {
        "map": "MAP {'ml-team': 'fraud-detection'}",
        "json": """'{"ml-team": "fraud-detection"}'""",
        "array": "[{'key': 'ml-team', 'value': 'fraud-detection'}]",
    }
    texts = (
        *("SubAccountId", "SubAccountName", "ServiceName", "RegionId", "ResourceId", "ResourceName"),
        *("ChargeCategory", "ChargeClass", "CommitmentDiscountId", "CommitmentDiscountStatus"),
    )
    columns = ", ".join(f"'{each}' AS {each}" for each in texts)
    connection.execute(
        f"CREATE TABLE focus AS SELECT {columns}, 'AWS' AS ProviderName, 'USD' AS BillingCurrency,"
        " DATE '2026-05-01' AS BillingPeriodStart, TIMESTAMP '2026-05-02' AS ChargePeriodStart,"
        f" 1.5 AS BilledCost, 2.5 AS EffectiveCost, {tags[encoding]} AS Tags"
    )
    connection.execute(f"CREATE VIEW staged AS {made[f'ml-platform.duckdb.staging-{encoding}.sql']}")

    asked = connection.execute(made["ml-platform.duckdb.coverage.sql"])
    names = [each[0] for each in asked.description or ()]
    (found,) = (dict(zip(names, each, strict=True)) for each in asked.fetchall())

    assert (found["period"], float(found["effective"]), float(found["billed"])) == ("2026-05", 2.5, 1.5)
    assert float(found["valid_ml_team"]) == float(found["asked_ml_project"]) == 2.5
    assert float(found["valid_ml_project"]) == float(found["attributable_effective"]) == 0.0


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_keys_with_quotes_are_quoted_for_every_engine(dialect: Dialect) -> None:
    key = 'it\'s \\ "odd"'

    parsed = sqlglot.parse_one(dialect.literal(key), dialect=dialect.name)

    assert parsed.this == key


@pytest.mark.parametrize("pattern", MATCHING)
@pytest.mark.parametrize("engine", [re.search, re2.search], ids=["backtracking", "RE2"])
def test_patterns_match_whole_values_whatever_the_engine(pattern: str, engine: object) -> None:
    for value in (*MATCHING.values(), *ODD, "dev-x\n", "cc-123\r", "AB!", "AB\n!", "x\u2028"):
        found = engine(whole(of_pattern(pattern)), value + BEHIND)  # type: ignore[operator]
        assert bool(found) == compile_pattern(pattern)(value), value


@pytest.mark.parametrize("value", ["", " \t\n", "TBD", " n/A ", "\u00a0none\u2003", "un\u212anown"])
def test_blank_values_are_found_in_any_case_and_space(value: str) -> None:
    regex = whole(blank(("tbd", "n/a", "none", "unknown")))

    assert re2.search(regex, value + BEHIND)
    assert not re2.search(regex, f"{value}x{BEHIND}")


@pytest.mark.parametrize(
    ("glob", "text", "matches"),
    [
        ("a*", "a\nb", True),
        ("web[0]", "web[0]", True),
        ("web[0]", "web0", True),
        ("[!a]b", "ab", False),
        ("[z-a]", "z", False),
        ("a.b?", "a.bc", True),
        ("a.b?", "axbc", False),
    ],
)
def test_globs_are_those_of_selectors(glob: str, text: str, matches: bool) -> None:
    assert bool(re2.search(whole(of_globs((glob,))), text + BEHIND)) is matches


def test_columns_of_tags_never_meet() -> None:
    columns = tag_columns(("ml-team", "ml_team", "ML.Team", "keys", "équipe"))

    assert len(set(columns.values())) == 5
    assert columns["ml-team"] == "tag_ml_team"
    assert "tag_keys" not in columns.values()


def test_rules_on_types_are_weaker_as_not_every_id_tells_one() -> None:
    typed = replace(TEAM, requirements=(Requirement(Selector(types=("aws:ec2:*",))),))

    assert row(policy(typed), "required")[0] is Grade.WEAKER
    assert row(policy(typed), "value")[0] is Grade.EXACT


def test_unknown_keys_may_pass_only_where_a_tag_may_be_missing() -> None:
    soft = replace(TEAM, requirements=(Requirement(level="recommended"),))

    assert row(policy(closed=True), "limits.closed", "*") == (Grade.EXACT, "")
    assert row(policy(soft, closed=True), "limits.closed", "*")[0] is Grade.WEAKER


def test_aliases_and_exemptions_are_told_with_their_dates() -> None:
    aliased = replace(TEAM, aliases=(Alias("squad", DAY), Alias("crew", DAY.replace(year=2025))))
    expired = Exemption("EX-1", "o", "r", DAY.replace(year=2025), ("team",), Selector(names=("x",)))

    assert row(policy(aliased), "alias squad") == (Grade.EXACT, f"accepted until {DAY}")
    assert row(policy(aliased), "alias crew")[1].startswith("does not count since")
    assert row(policy(exemptions=(expired,)), "exemption EX-1", "*")[1].startswith("expired on")


def test_a_tag_of_kubernetes_alone_is_on_no_bill() -> None:
    drawn = policy(replace(TEAM, keys={"kubernetes": "team"}))

    assert row(drawn, "required") == (Grade.EXACT, "does not apply to what bills hold")


def test_queries_guard_nothing() -> None:
    assert set(TARGETS) - set(GUARDRAILS) == {"sql"}
    assert all(target(name).clouds for name in GUARDRAILS)
    assert target("sql").clouds == ()


def test_without_its_extra_the_target_says_which_one_to_install() -> None:
    with (
        mock.patch("tagward_generators.sql.find_spec", return_value=None),
        pytest.raises(MissingExtraError, match=r"pip install 'tagward\[billing\]'"),
    ):
        compiled(policy())


def test_a_cost_kept_as_a_double_loses_its_noise() -> None:
    money = DUCKDB.cost("x")

    ran = duckdb.connect().execute(
        f"SELECT CAST({money} AS DECIMAL(38, 18)) FROM (SELECT 123456.789::DOUBLE AS x)"
    )

    assert ran.fetchall() == [(Decimal("123456.789"),)]


def test_a_key_without_a_value_has_no_empty_one() -> None:
    values = DUCKDB.every("tags", "values")

    ran = duckdb.connect().execute(f"SELECT {values} FROM (SELECT MAP {{'a': NULL, 'b': 'x'}} AS tags)")

    assert ran.fetchall() == [(f"{START}x{END}",)]
