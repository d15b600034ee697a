"""The page of disputes says what the store keeps and what the showback counted, filtered by its address."""

from decimal import Decimal
from pathlib import Path

import msgspec

from tagward.loader import load
from tagward_service.showback.json_showback import JsonShowback
from tagward_service.store import open_store
from tagward_service.store.dispute_interface import About, DisputeState
from tagward_service.web.words import money
from tests.service.api.harness import NOON, POLICY
from tests.service.web.harness import Page, Web


def counted(estate: Path) -> JsonShowback:
    store = open_store(str(estate / "tagward.db"))
    kept = store.report("showback", "acme")
    store.close()
    assert kept
    return msgspec.json.decode(kept.content, type=JsonShowback)


def names(page: Page) -> list[str]:
    """Return the ids of the rows, which stand first in them."""
    rows = page.html.split('<th scope="row" class="id">')[1:]
    return [row.split("<", 1)[0] for row in rows]


def test_every_dispute_is_there_with_its_cost_and_what_was_decided(web: Web, estate: Path) -> None:
    page = web.seen("/disputes")

    assert names(page) == ["D-old", "D-4", "D-3", "D-2", "D-1"]
    told = {each.id: each for each in counted(estate).disputes}
    assert all(each.months for each in told.values()), "the estate has disputes about nothing"
    for each in told.values():
        whole = sum((Decimal(month.amount) for month in each.months), Decimal(0))
        assert f"{money(whole)} USD" in page.text
    for words in ("search keeps them there", "in the rules of showback", "finops@acme.example, 16 Nov 2026"):
        assert words in page.text
    assert "looked at too soon" in page.text  # an earlier decision of D-4, in its history
    assert "counted as" not in page.text


def test_filters_live_in_the_address(web: Web) -> None:
    page = web.seen("/disputes?state=open&state=excluded&team=")
    assert names(page) == ["D-old", "D-3", "D-2"]
    assert [each["value"] for each in page.all("input") if "checked" in each] == ["open", "excluded"]
    of_team = web.seen("/disputes?team=search-ranking")
    assert names(of_team) == ["D-1"]
    assert {"value": "search-ranking", "selected": None} in of_team.all("option")
    assert "No dispute is like that" in web.seen("/disputes?state=withdrawn").text
    assert web.open("/disputes?state=closed").status_code == 422
    assert web.open("/disputes?cursor=abc").status_code == 422


def test_pages_follow_each_other(web: Web) -> None:
    link, found = "/disputes?limit=2", list[str]()
    while link:
        page = web.seen(link)
        found += names(page)
        following = [each["href"] for each in page.all("a") if each.get("rel") == "next"]
        link = following[0] or "" if following else ""
        assert not link or "limit=2" in link
    assert found == ["D-old", "D-4", "D-3", "D-2", "D-1"]


def test_a_team_leads_to_its_disputes(web: Web) -> None:
    page = web.seen("/teams/fraud-detection")
    assert "/disputes?team=fraud-detection" in page.links
    assert "search keeps them there" in page.text
    assert "left by the old labelling tool" not in page.text
    assert "/disputes" in web.seen("/teams").links


def test_nothing_disputed_says_what_to_run_and_what_is_decided_later_is_told(
    tmp_path: Path, estate: Path
) -> None:
    file, policy = tmp_path / "store.db", load(POLICY, as_of=NOON.date())
    store = open_store(str(file))
    with Web(POLICY, str(file)) as web:
        assert "tagward dispute open --team" in web.seen("/disputes").text
        hostile = "<script>alert(1)</script>"
        store.disputes.open(policy.name, hostile, About(resources=(hostile,)), reason=hostile, by=hostile)
        store.disputes.change(
            policy.name, "D-1", DisputeState.REASSIGNED, reason=hostile, by=hostile, to="<b>"
        )
        page = web.seen("/disputes")
        assert (names(page), "script" in {tag for tag, _ in page.tags}) == (["D-1"], False)
        assert "Amounts come with a showback" in page.text

        kept = counted(estate)
        mine = msgspec.structs.replace(
            next(each for each in kept.disputes if each.id == "D-1"), to="", outcome="open"
        )
        content = msgspec.json.encode(msgspec.structs.replace(kept, disputes=(mine,)))
        store.keep_report("showback", policy.name, NOON.date(), content)
        web.run(web.desk.refresh)
        assert "still counted as open" in web.seen("/disputes").text
    store.close()
