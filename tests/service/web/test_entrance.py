"""The door: who gets in, by what, and who cannot be led in by others."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tagward_service.api.tokens import entry, mint
from tests.service.api.harness import POLICY, problem
from tests.service.web.harness import PATHS, Web

READER, LINTER = mint(), mint()
OUTSIDE = "https://tags.example"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("guarded")
    tokens = folder / "tokens.yaml"
    tokens.write_text(f"board: {entry(READER, ['read'])}\nci: {entry(LINTER, ['lint'])}\n", encoding="utf-8")
    from tagward_service.store import open_store

    open_store(str(folder / "store.db")).close()
    with Web(POLICY, str(folder / "store.db"), tokens=tokens) as web:
        yield web


def login(web: Web, token: str, base: str = "http://localhost", **more: Any) -> httpx.Response:
    headers = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"} | more.pop(
        "headers", {}
    )
    fields = {"token": token, "next": "/gaps?tag=ml-team", **more}
    content = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    return web.ask("POST", f"{base}/login", content=content, headers=headers)


def cookie_of(answer: httpx.Response) -> tuple[str, dict[str, str]]:
    ((name, found),) = SimpleCookie(answer.headers["set-cookie"]).items()
    return f"{name}={found.value}", {key: str(value) for key, value in found.items() if value}


def test_who_has_not_logged_in_is_led_to_the_door_and_back(guarded: Web) -> None:
    for path in (*PATHS, "/gaps?tag=ml-team", "/findings/1", "/gaps.csv"):
        answer = guarded.open(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/login?next={quote(path, safe='')}"
    assert problem(guarded.ask("GET", "/gaps"))["status"] == 401
    form = guarded.open("/login?next=%2Fgaps%3Ftag%3Dml-team")
    assert form.status_code == 200
    assert 'value="/gaps?tag=ml-team"' in form.text
    answer = login(guarded, READER)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/gaps?tag=ml-team"


def test_the_cookie_is_for_nobody_but_the_browser_and_this_site(guarded: Web) -> None:
    name, here = cookie_of(login(guarded, READER))
    assert name == f"tagward={READER}"
    assert here == {"path": "/", "max-age": "43200", "httponly": "True", "samesite": "strict"}
    name, outside = cookie_of(login(guarded, READER, OUTSIDE))
    assert name == f"__Host-tagward={READER}"
    assert outside == here | {"secure": "True"}


@pytest.mark.parametrize("base", ["http://localhost", OUTSIDE, "http://tags.example"])
def test_the_cookie_opens_pages_and_nothing_else(guarded: Web, base: str) -> None:
    cookie, _ = cookie_of(login(guarded, READER, base))
    for path in PATHS:
        answer = guarded.open(f"{base}{path}", headers={"cookie": cookie})
        assert answer.status_code == 200, path
        assert "Log out" in answer.text
    assert guarded.open(f"{base}/v1/policy", headers={"cookie": cookie}).status_code == 401
    assert guarded.open(f"{base}/metrics", headers={"cookie": cookie}).status_code == 401


def test_a_token_in_the_header_opens_pages_too(guarded: Web) -> None:
    assert guarded.open("/", headers={"authorization": f"Bearer {READER}"}).status_code == 200
    assert guarded.open("/", headers={"authorization": f"Bearer {LINTER}"}).status_code == 403


@pytest.mark.parametrize(
    ("token", "status"), [("", 401), ("wrong", 401), (READER[:-1], 401), ("x" * 3000, 401), (LINTER, 403)]
)
def test_nobody_gets_in_with_anything_else(guarded: Web, token: str, status: int) -> None:
    answer = login(guarded, token)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text
    assert token == "" or token not in answer.text
    cookie = {"cookie": f"tagward={token}"}
    assert guarded.open("/", headers=cookie).status_code == (303 if status == 401 else 403)


def test_a_form_from_elsewhere_is_refused(guarded: Web) -> None:
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ):
        assert login(guarded, READER, headers=headers).status_code == 403
        assert guarded.ask("POST", "/logout", headers=headers).status_code == 403
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://localhost"}):
        assert login(guarded, READER, headers=headers).status_code == 303
    assert login(guarded, READER, more="x" * 5000).status_code == 413


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil", "/\r\nx: y", "", "\u2215"],
)
def test_the_way_back_leads_nowhere_else(guarded: Web, back: str) -> None:
    assert login(guarded, READER, next=back).headers["location"] == "/"


def test_a_link_from_elsewhere_is_followed_once_more_from_here(guarded: Web) -> None:
    answer = guarded.open("/gaps?tag=ml-team", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0">' in answer.text
    again = guarded.open("/gaps?tag=ml-team", headers={"sec-fetch-site": "same-origin"})
    assert again.status_code == 303


def test_logging_out_takes_the_cookie_away(guarded: Web) -> None:
    cookie, _ = cookie_of(login(guarded, READER))
    answer = guarded.ask("POST", "/logout", headers={"cookie": cookie, "accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login"
    _, attributes = cookie_of(answer)
    assert attributes["max-age"] == "0"


def test_without_tokens_only_this_machine_gets_in(web: Web) -> None:
    assert web.open("/").status_code == 200
    assert web.open(f"{OUTSIDE}/").status_code == 421
    assert web.open("/login").status_code == 303
    assert "Log out" not in web.open("/").text


def test_no_token_reaches_the_log(guarded: Web) -> None:
    login(guarded, READER)
    assert READER not in guarded.lines.getvalue().decode()
