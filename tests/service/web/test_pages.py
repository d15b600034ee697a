"""Every page: what browsers may do with it, that it says what the reports say, and that its links lead on."""

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import urldefrag

import msgspec
import pytest

from tagward_service.billing.json_billing import JsonBilling
from tagward_service.showback.json_showback import JsonShowback
from tagward_service.store import open_store
from tagward_service.store.interface import Life, Wanted
from tagward_service.web.words import brief, money, percent
from tests.service.api.harness import problem
from tests.service.web.harness import PATHS, Page, Web


def reports(estate: Path) -> tuple[JsonBilling, JsonShowback]:
    store = open_store(str(estate / "tagward.db"))
    costs, shares = store.report("costs", "acme"), store.report("showback", "acme")
    store.close()
    assert costs
    assert shares
    return (
        msgspec.json.decode(costs.content, type=JsonBilling),
        msgspec.json.decode(shares.content, type=JsonShowback),
    )


def count(estate: Path, wanted: Wanted) -> int:
    store = open_store(str(estate / "tagward.db"))
    found = store.count(wanted)
    store.close()
    return found


def every(web: Web) -> list[str]:
    """Follow every link of the dashboard to what is different enough."""
    found, waiting, shapes = set(PATHS), list(PATHS), dict[str, int]()
    while waiting:
        page = web.seen(waiting.pop())
        for link in map(str, page.links):
            path = urldefrag(link).url
            shape = re.sub(r"\d+", "0", re.sub(r"=[^&]*", "=", path))
            if not path or path in found or ".csv" in path or shapes.get(shape, 0) >= 2:
                continue
            shapes[shape] = shapes.get(shape, 0) + 1
            found.add(path)
            waiting.append(path)
    return sorted(found)


def test_every_link_leads_to_a_page(web: Web) -> None:
    found = every(web)
    assert {"/teams/fraud-detection", "/tags/ml-team"} <= set(found)
    assert len(found) > 40
    assert not [line for line in web.logged() if line["event"] == "bug"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_runs_nothing_and_comes_from_here_alone(web: Web, path: str) -> None:
    answer = web.open(path)
    policy = answer.headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for tag, attributes in Page(answer.text).tags:
        assert tag not in ("script", "style", "iframe", "object", "embed", "base")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("href", "src", "action"):
            assert re.match(r"(/(?!/)|#|data:,)", attributes.get(name) or "/"), attributes


@pytest.mark.parametrize("path", PATHS)
def test_a_page_can_be_read_without_eyes(web: Web, path: str) -> None:
    page = web.seen(path)
    assert [each["lang"] for each in page.all("html")] == ["en"]
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    assert page.links[0] == "#main"
    assert [each["href"] for each in page.all("a") if each.get("aria-current")] == [path]
    assert len(page.ids) == len(set(page.ids))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(each.get("scope") in ("col", "row") for each in page.all("th"))
    for each in page.all("svg"):
        assert each.get("aria-hidden") == "true" or (each["role"] == "img" and each["aria-labelledby"])
    for each in page.all("select") + [one for one in page.all("input") if one.get("type") != "hidden"]:
        assert each["name"]


def test_every_figure_that_is_explained_has_its_explanation(web: Web) -> None:
    there = set(web.seen("/definitions").ids)
    asked = {urldefrag(link).fragment for path in PATHS for link in web.seen(path).links if "#define" in link}
    assert len(asked) > 20
    assert asked <= there


def test_readiness_says_what_the_bill_says(web: Web, estate: Path) -> None:
    costs, _ = reports(estate)
    text = web.seen("/").text
    assert "Not ready yet" in text
    for shown in (
        percent(costs.by_cost.percent),
        brief(costs.by_cost.chargeable),
        brief(costs.by_cost.unattributed),
        money(costs.by_cost.attributable),
        money(costs.by_cost.whole),
        "access denied: sts:AssumeRole",
        "12 months come to the bill, to the last digit",
    ):
        assert shown in text
    assert all(money(each.by_cost.chargeable) in text for each in costs.periods)


def test_the_waterfall_can_be_that_of_one_month(web: Web, estate: Path) -> None:
    costs, _ = reports(estate)
    october = next(each for each in costs.periods if each.period == "2026-10")
    text = web.seen("/?period=2026-10").text
    assert money(october.by_cost.whole) in text
    assert money(costs.by_cost.whole) not in text
    assert "has no month 2019-01" in web.seen("/?period=2019-01").text


def test_the_waterfall_comes_to_what_is_attributable(web: Web, estate: Path) -> None:
    costs, _ = reports(estate)
    for sums in (costs.by_cost, *(each.by_cost for each in costs.periods)):
        classes = "untaggable shared support tax credits refunds corrections adjustments commitment_purchases"
        away = [*classes.split(), "commitment_unused", "elsewhere"]
        left = Decimal(sums.whole) - sum((Decimal(getattr(sums, name)) for name in away), Decimal(0))
        assert left == Decimal(sums.chargeable) == Decimal(sums.attributable) + Decimal(sums.unattributed)


def test_gaps_are_filtered_sorted_and_turned_over(web: Web, estate: Path) -> None:
    costs, _ = reports(estate)
    first = web.seen("/gaps")
    assert f"{len(costs.gaps):,} of {len(costs.gaps):,} gaps" in first.text
    assert first.text.index(money(costs.gaps[0].cost)) < first.text.index(money(costs.gaps[1].cost))
    wrong = [each for each in costs.gaps if "ml-environment" in (*each.missing, *each.wrong)]
    filtered = web.seen("/gaps?tag=ml-environment&cloud=&text=")
    assert f"{len(wrong):,} of {len(costs.gaps):,} gaps" in filtered.text
    assert {"value": "ml-environment", "selected": None} in filtered.all("option")
    cheapest = web.seen("/gaps?sort=cost").text
    assert money(costs.gaps[-1].cost) in cheapest
    assert money(costs.gaps[0].cost) not in cheapest
    (following,) = [each["href"] for each in first.all("a") if each.get("rel") == "next"]
    assert following
    assert money(costs.gaps[25].cost) in web.seen(following).text
    assert "No gap is like that" in web.seen("/gaps?text=nowhere-at-all").text


def test_a_gap_leads_to_its_findings(web: Web, estate: Path) -> None:
    page = web.seen("/gaps")
    link = next(each for each in page.links if each.startswith("/findings?text="))
    found = web.seen(link)
    assert "No finding is like that" not in found.text
    finding = next(each for each in found.links if re.fullmatch(r"/findings/\d+", each))
    one = web.seen(finding)
    assert "Its life" in one.text
    assert "First seen" in one.text
    assert any(each.startswith("/gaps?text=") for each in one.links)


def test_findings_come_page_by_page_and_none_twice(web: Web, estate: Path) -> None:
    wanted = count(estate, Wanted(policy="acme", life=(Life.OPEN, Life.RESOLVED)))
    link: str | None = "/findings?life=open&life=resolved&sort=-severity&limit=40"
    found: list[str] = []
    while link:
        page = web.seen(link)
        assert f"{wanted:,} findings" in page.text
        found += [each for each in page.links if re.fullmatch(r"/findings/\d+", each)]
        following = [each["href"] for each in page.all("a") if each.get("rel") == "next"]
        link = following[0] if following else None
        assert link is None or "limit=40" in link
    assert len(found) == len(set(found)) == wanted


def test_filters_of_findings_live_in_the_address(web: Web, estate: Path) -> None:
    wanted = Wanted(policy="acme", life=(Life.OPEN,), codes=("TW001",), tags=("ml-team",), clouds=("aws",))
    page = web.seen("/findings?life=open&severity=&code=TW001&tag=ml-team&cloud=aws&account=&text=&sort=tag")
    assert f"{count(estate, wanted):,} finding" in page.text
    chosen = {each["value"] for each in page.all("option") if "selected" in each}
    assert chosen == {"TW001", "ml-team", "aws"}
    assert [each["value"] for each in page.all("input") if "checked" in each] == ["open"]
    sorting = next(each for each in page.links if "sort=-tag" in each)
    assert "code=TW001" in sorting
    assert "account=" not in sorting


def test_the_form_keeps_the_filters_that_it_does_not_show(web: Web) -> None:
    page = web.seen("/findings?region=eu-west-1&region=westeurope&seen_in=7&limit=20&life=open")
    hidden = [(each["name"], each["value"]) for each in page.all("input") if each.get("type") == "hidden"]
    kept = [("region", "eu-west-1"), ("region", "westeurope"), ("seen_in", "7"), ("limit", "20")]
    assert hidden == [("sort", "id"), *kept]


def test_tags_show_what_is_wrong_and_what_nearly_right(web: Web) -> None:
    page = web.seen("/tags/ml-team")
    assert "is misspelt" in page.text
    assert "is an older key for" in page.text
    assert "registry teams" in page.text
    assert web.open("/tags/ml-colour").status_code == 404


def test_teams_come_to_the_bill_with_what_nobody_has(web: Web, estate: Path) -> None:
    _, shares = reports(estate)
    text = web.seen("/teams").text
    whole = sum((Decimal(each.billed) for each in shares.months), Decimal(0))
    nobody = sum((Decimal(each.unallocated) for each in shares.months), Decimal(0))
    assert money(whole) in text
    assert money(nobody) in text
    assert "no valid ml-team" in text
    mine = [each for each in shares.teams if each.team == "nlp-assistants"]
    assert money(sum((Decimal(each.total) for each in mine), Decimal(0))) in text


def test_a_team_is_filtered_by_what_its_costs_are_of(web: Web, estate: Path) -> None:
    _, shares = reports(estate)
    wanted = [
        Decimal(each.amount)
        for each in shares.charges
        if (each.team, each.environment, each.period) == ("fraud-detection", "prod", "2026-09")
    ]
    page = web.seen("/teams/fraud-detection?environment=prod&period=2026-09&group=project")
    assert money(sum(wanted, Decimal(0))) in page.text
    assert "Only direct costs" in page.text
    assert "No cost is like that" in web.seen("/teams?project=nothing").text
    assert web.open("/teams/nobody").status_code == 404


def test_exemptions_scans_and_what_they_lack(web: Web) -> None:
    exemptions = web.seen("/exemptions").text
    assert "EX-021" in exemptions
    assert "in 21 days" in exemptions
    scans = web.seen("/scans").text
    assert "account 333344445555" in scans
    assert "incomplete" in scans
    assert "exemption EX-021 expires" in scans


def test_rows_come_as_csv_with_every_digit(web: Web, estate: Path) -> None:
    costs, shares = reports(estate)
    gaps = list(csv.DictReader(io.StringIO(web.open("/gaps.csv?tag=ml-team").text)))
    assert {each["cost"] for each in gaps} <= {each.cost for each in costs.gaps}
    assert all("ml-team" in each["missing"] + each["wrong"] for each in gaps)
    charges = list(csv.DictReader(io.StringIO(web.open("/teams.csv?team=forecasting").text)))
    assert sum(Decimal(each["amount"].removeprefix("'")) for each in charges) == sum(
        Decimal(each.total) for each in shares.teams if each.team == "forecasting"
    )
    answer = web.open("/findings.csv?tag=ml-team&sort=tag&text=")
    assert answer.headers["content-disposition"] == 'attachment; filename="findings.csv"'
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(found) == count(estate, Wanted(policy="acme", tags=("ml-team",)))


WRONG = (
    *("/?colour=red", "/?period=2026-13", "/?period=%00", "/gaps?sort=price", "/gaps?page=0", "/gaps?page=x"),
    *("/gaps?cloud=ibm", "/findings?limit=0", "/findings?cursor=%22", "/findings?life=dead", "/findings/0"),
    *("/findings?cursor=abc", "/findings/99999999999999999999", "/findings/x", "/teams?group=colour"),
    *("/tags?x=1", "/scans?x=1", "/teams.csv?x=1", "/findings.csv?life=dead", "/nowhere", "/assets/x.css"),
    *("/gaps?" + "a=1&" * 300, "/findings?text=" + "x" * 5000, "/tags/%FF", "/teams/..%2f..", "/findings/1"),
)


@pytest.mark.parametrize("path", WRONG)
def test_what_cannot_be_asked_is_refused_with_a_page(web: Web, path: str) -> None:
    answer = web.open(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["x-request-id"] in answer.text


def test_programs_get_problem_documents(web: Web) -> None:
    found = problem(web.ask("GET", "/gaps?serivce=x"))
    assert found["errors"] == [
        {"parameter": "serivce", "detail": "there is no such parameter; did you mean `service`?"}
    ]
    assert problem(web.open("/v1/nowhere"))["status"] == 404
    assert problem(web.ask("POST", "/gaps"))["status"] == 405


def test_the_style_sheet_is_kept_for_ever_under_a_name_of_its_content(web: Web) -> None:
    (link,) = [each["href"] for each in web.seen("/").all("link") if each["rel"] == "stylesheet"]
    assert link
    answer = web.open(link)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
