"""Tokens, roles, rates: who gets in, and what those are told who do not."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tagward.errors import UsageError
from tagward_service.api.rates import MOST_CALLERS, Rate, network_of
from tagward_service.api.tokens import entry, mint, read_tokens
from tests.service.api.harness import NOON, POD, YAML, Api, problem

SECRETS = {"ci": mint(), "terraform": mint(), "dashboard": mint(), "old": mint()}
ROLES = {"ci": ["lint"], "terraform": ["compile", "read"], "dashboard": ["read"], "old": ["read"]}


def written(*names: str) -> str:
    expires = {"old": datetime(2026, 11, 20, tzinfo=UTC).date()}
    return "".join(f"{name}: {entry(SECRETS[name], ROLES[name], expires.get(name))}\n" for name in names)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.yaml"
    path.write_text(written(*SECRETS), encoding="utf-8")
    return path


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def asked(api: Api, what: str, headers: dict[str, str]) -> httpx.Response:
    if what == "lint":
        return api.ask("POST", "/v1/lint", content=POD, headers=YAML | headers)
    return api.ask("GET", {"compile": "/v1/compile/aws-scp", "read": "/v1/policy"}[what], headers=headers)


def test_a_token_is_good_for_its_roles_and_nothing_else(file: Path) -> None:
    with Api(tokens=file) as api:
        for name in ("ci", "terraform", "dashboard"):
            for role in ("lint", "compile", "read"):
                answer = asked(api, role, bearer(SECRETS[name]))
                if role in ROLES[name]:
                    assert answer.status_code == 200
                    continue
                assert problem(answer)["type"] == "/docs#forbidden"
                assert f"role `{role}`" in answer.json()["detail"]
                assert f'scope="{role}"' in answer.headers["www-authenticate"]
        assert api.ask("GET", "/metrics", headers=bearer(SECRETS["dashboard"])).status_code == 200
        assert problem(api.ask("GET", "/metrics"))["status"] == 401
        assert next(line["caller"] for line in api.logged() if line["status"] == 403) == "ci"


def test_readers_read_and_operators_do_everything(tmp_path: Path) -> None:
    secrets = {"reader": mint(), "operator": mint()}
    path = tmp_path / "tokens.yaml"
    path.write_text("".join(f"{name}: {entry(secret, [name])}\n" for name, secret in secrets.items()))
    with Api(tokens=path) as api:
        got = {
            (name, role): asked(api, role, bearer(secret)).status_code
            for name, secret in secrets.items()
            for role in ("read", "lint", "compile")
        }
    assert got == {
        ("reader", "read"): 200,
        ("reader", "lint"): 403,
        ("reader", "compile"): 403,
        ("operator", "read"): 200,
        ("operator", "lint"): 200,
        ("operator", "compile"): 200,
    }


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs"])
def test_some_things_take_no_token(file: Path, path: str) -> None:
    with Api(tokens=file) as api:
        assert api.ask("GET", path).status_code == 200


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([], 'Bearer realm="tagward"'),
        ([("authorization", "Bearer ")], "invalid_token"),
        ([("authorization", "Bearer wrong")], "invalid_token"),
        ([("authorization", f"Bearer {SECRETS['ci'][:-1]}")], "invalid_token"),
        ([("authorization", f"Bearer {SECRETS['ci']}x")], "invalid_token"),
        ([("authorization", f"Basic {SECRETS['ci']}")], "invalid_token"),
        ([("authorization", SECRETS["ci"])], "invalid_token"),
        ([("authorization", "Bearer " + "x" * 10_000)], "invalid_token"),
        ([("authorization", b"Bearer \xff\xfe")], "invalid_token"),
        ([("authorization", f"Bearer {SECRETS['ci']}")] * 2, "invalid_token"),
        ([("authorization", f"Bearer {SECRETS['old']}")], "invalid_token"),
        ([("x-api-key", SECRETS["ci"])], 'Bearer realm="tagward"'),
    ],
)
def test_nobody_gets_in_with_anything_else(file: Path, headers: list[tuple[str, str]], said: str) -> None:
    with Api(tokens=file) as api:
        answer = api.ask("POST", "/v1/lint?nonsense=1", content=POD, headers=headers)

        assert problem(answer)["type"] == "/docs#unauthorized"
        assert said in answer.headers["www-authenticate"]
        everything = answer.text + api.lines.getvalue().decode()
        assert not [name for name, secret in SECRETS.items() if secret[8:20] in everything]


def test_a_token_counts_to_the_end_of_its_last_day(file: Path) -> None:
    for day, status in ((20, 200), (21, 401)):
        now = datetime(2026, 11, day, 23, 59, tzinfo=UTC)
        with Api(tokens=file, clock=lambda now=now: now) as api:  # type: ignore[misc]  # a default binds it
            assert asked(api, "read", bearer(SECRETS["old"])).status_code == status


def test_a_token_is_revoked_by_taking_it_out_of_the_file(file: Path) -> None:
    with Api(tokens=file) as api:
        assert api.tokens is not None
        file.write_text(written("dashboard"), encoding="utf-8")
        api.tokens.refresh()

        assert asked(api, "lint", bearer(SECRETS["ci"])).status_code == 401
        assert asked(api, "read", bearer(SECRETS["dashboard"])).status_code == 200


def test_a_broken_file_of_tokens_leaves_the_last_good_one_in_force(file: Path) -> None:
    with Api(tokens=file) as api:
        assert api.tokens is not None
        for broken in ("ci: [", None):
            file.unlink() if broken is None else file.write_text(broken, encoding="utf-8")
            api.tokens.refresh()
            api.tokens.refresh()
            assert asked(api, "lint", bearer(SECRETS["ci"])).status_code == 200
        faults = [line["fault"] for line in api.logged() if line["event"] == "tokens refused"]

    assert len(faults) == 2
    assert "tokens.yaml:1" in faults[0]


HASH = entry("x", ["read"])["hash"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty; `tagward token NAME`"),
        ("- ci", "a token file is a mapping"),
        ("ci: secret", ":1: `ci` cannot be used"),
        ("ci: {hash: hunter2, roles: [read]}", ":1: `ci` cannot be used"),
        (f"ci: {{hash: '{HASH}'}}", "roles"),
        (f"ci: {{hash: '{HASH}', roles: []}}", "length >= 1"),
        (f"ci: {{hash: '{HASH}', roles: [admin]}}", "admin"),
        (f"ci: {{hash: '{HASH}', roles: [read], role: read}}", "unknown field `role`"),
        (f"ci: {{hash: '{HASH}', roles: [read], expires: soon}}", "expires"),
        (
            f"a: {{hash: '{HASH}', roles: [read]}}\nb: {{hash: '{HASH}', roles: [lint]}}",
            ":2: `b` has the hash of `a`",
        ),
        (f"a: {{hash: '{HASH}', roles: [read]}}\na: {{hash: '{HASH}', roles: [lint]}}", "is here twice"),
        (f"'a b': {{hash: '{HASH}', roles: [read]}}", "is no name of a token"),
    ],
)
def test_a_file_that_cannot_be_is_refused_without_repeating_it(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "tokens.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as refused:
        read_tokens(path)

    message = str(refused.value)
    assert said.partition(";")[0] in message
    assert "hunter2" not in message
    assert HASH not in message


def test_tokens_are_long_and_never_the_same() -> None:
    made = {mint() for _ in range(100)}

    assert len(made) == 100
    assert all(len(token) >= 50 for token in made)


def test_each_caller_has_a_rate_of_its_own(file: Path) -> None:
    now = [0.0]
    with Api(tokens=file, rate=Rate(2, lambda: now[0])) as api:
        statuses = [asked(api, "read", bearer(SECRETS["dashboard"])).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert asked(api, "read", bearer(SECRETS["terraform"])).status_code == 200

        limited = asked(api, "read", bearer(SECRETS["dashboard"]))
        assert problem(limited)["type"] == "/docs#rate-limited"
        assert limited.headers["retry-after"] == "30"

        now[0] = 30.0
        assert asked(api, "read", bearer(SECRETS["dashboard"])).status_code == 200
        assert [asked(api, "read", {}).status_code for _ in range(3)] == [401, 401, 429]
        assert api.ask("GET", "/healthz").status_code == 200


def test_addresses_have_a_rate_where_there_are_no_tokens() -> None:
    with Api(rate=Rate(1, lambda: 0.0)) as api:
        assert [asked(api, "read", {}).status_code for _ in range(2)] == [200, 429]


def test_a_rate_is_a_bucket_that_fills_by_and_by() -> None:
    now = [0.0]
    rate = Rate(60, lambda: now[0])

    assert [rate.wait("a") for _ in range(61)] == [0.0] * 60 + [1.0]
    now[0] = 0.5
    assert rate.wait("a") == pytest.approx(0.5)
    now[0] = 1.0
    assert rate.wait("a") == 0.0
    now[0] = 10_000.0
    assert [rate.wait("a") for _ in range(61)].count(0.0) == 60


def test_strangers_do_not_fill_the_memory() -> None:
    rate = Rate(1, lambda: 0.0)

    for number in range(MOST_CALLERS + 100):
        rate.wait(f"address {number}")

    assert len(rate._buckets) == MOST_CALLERS


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("/run/socket", "/run/socket"),
    ],
)
def test_addresses_of_one_network_are_one_caller(host: str, network: str) -> None:
    assert network_of(host) == network


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("[::1]", 200),
        ("evil.example.com", 421),
        ("127.0.0.1.evil.example.com:8080", 421),
        ("[2001:db8::1]:8080", 421),
        ("", 421),
    ],
)
def test_without_tokens_only_names_of_loopback_are_answered(api: Api, host: str, status: int) -> None:
    answer = api.ask("GET", "/v1/policy", headers={"host": host})

    assert answer.status_code == status
    if status != 200:
        assert problem(answer)["type"] == "/docs#misdirected"


def test_with_tokens_any_name_will_do(file: Path) -> None:
    with Api(tokens=file) as api:
        headers = {"host": "tagward.example.com"} | bearer(SECRETS["dashboard"])
        assert api.ask("GET", "/v1/policy", headers=headers).status_code == 200
        assert api.live.condition.loaded == NOON
