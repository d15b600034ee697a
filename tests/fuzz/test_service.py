"""Requests that were made up, to both listeners of a running service: answers in time, and never a 5xx."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from random import Random
from select import select
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode

from tagward.loader import load
from tests.fuzz import byte_mutations, data_mutations
from tests.fuzz.admission_openapi import document
from tests.fuzz.campaign import Outcome
from tests.fuzz.conftest import Fuzz
from tests.fuzz.running import Running
from tests.fuzz.seeds import HERE, values_in
from tests.fuzz.test_inputs import MANIFESTS, OTHERS, PLANS, TEMPLATES, bytes_of, data_of
from tests.oracles.admission_contract import verify
from tests.policies.policy_files import DAY
from tests.service.api.remembered import remember

Tally = Callable[[Outcome], None]

GENERATED = {
    ("api", "/v1/lint", "POST"): (0.04, 0.04),
    ("api", "/v1/policy", "GET"): (0.01, 0.02),
    ("api", "/v1/compile/{target}", "GET"): (0.004, 0.02),
    ("api", "/v1/scans", "GET"): (0.002, 0.004),
    ("api", "/v1/scans/{scan}", "GET"): (0.002, 0.004),
    ("api", "/v1/findings", "GET"): (0.008, 0.008),
    ("api", "/v1/coverage", "GET"): (0.004, 0.004),
    ("api", "/v1/readiness", "GET"): (0.002, 0.004),
    ("api", "/metrics", "GET"): (0.0, None),
    ("api", "/healthz", "GET"): (0.0, None),
    ("api", "/readyz", "GET"): (0.0, None),
    ("admission", "/admission/validate", "POST"): (0.06, 0.02),
    ("admission", "/admission/mutate", "POST"): (0.05, 0.02),
    ("admission", "/metrics", "GET"): (0.0, None),
    ("admission", "/healthz", "GET"): (0.0, None),
    ("admission", "/readyz", "GET"): (0.0, None),
}
"""Shares of all inputs: of requests that fit the description, and of those that do not, if there are such."""

WAIT_SECONDS = 60
PATIENCE_SECONDS = 0.1
"""How long an answer is waited for before the connection is closed on this side, too."""
REQUESTS = (
    b"POST /v1/lint?as_of=2026-11-21 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 33\r\n\r\n" + b'{"resource_changes":[],"x":[1,2]}',
    b"POST /v1/lint HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\nExpect: 100-continue\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1f\r\napiVersion: v1\nkind: Namespace\n\r\n0\r\n\r\n",
    b"GET /v1/policy HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nX-Request-Id: a-1\r\n\r\n",
    b"HEAD /v1/compile/rego?as_of=2026-11-21 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nConnection: close\r\n\r\n",
    b"POST /admission/validate?timeout=5s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 2\r\n\r\n{}GET /healthz HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    policy = HERE / "policies" / "organisation.yaml"
    store = tmp_path_factory.mktemp("store") / "tagward.db"
    remember(store, load(policy, as_of=DAY))
    limits = ("--api-rate", "0", "--log", "none", "--api-seconds", "20")
    with Running(policy, *limits, "--store", str(store)) as running:
        yield running
        assert not running.bugs(), running.bugs()[:3]
    assert running.said == ["warning: plain HTTP, on loopback only, as there is no certificate\n"]


@pytest.fixture(scope="module")
def client(service: Running) -> Iterator[httpx.Client]:
    with httpx.Client(timeout=WAIT_SECONDS) as made:
        yield made


def schema_of(service: Running, listener: str) -> Any:
    if listener == "api":
        return schemathesis.openapi.from_url(f"http://127.0.0.1:{service.port('api')}/openapi.json")
    found = schemathesis.openapi.from_dict(document())
    found.config.update(base_url=f"http://127.0.0.1:{service.port('admission')}")
    return found


@pytest.mark.parametrize("where", GENERATED, ids=" ".join)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_generated_requests_are_answered_as_described(
    request: pytest.FixtureRequest, told: Tally, service: Running, where: tuple[str, str, str], mode: Any
) -> None:
    listener, path, method = where
    share = GENERATED[where][0 if mode is GenerationMode.POSITIVE else 1]
    if share is None:
        return
    operation = schema_of(service, listener)[path][method]
    outcome = Outcome(f"{method} {listener}{path} {mode.value}")
    # A plan cannot be told from other JSON by a schema: what is refused is what nobody could judge.
    # Nor can a cursor be told from other text, or a dimension of the policy, or what only pages can have.
    unsure = ("/v1/lint", "/v1/findings", "/v1/coverage")
    excluded = [schemathesis.checks.positive_data_acceptance] if path in unsure else []
    excluded += [schemathesis.checks.negative_data_rejection] if listener == "admission" else []

    @settings(
        max_examples=max(round(share * request.config.getoption("--fuzz-examples")), 1),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call_and_validate(excluded_checks=excluded)
        outcome.inputs += 1
        outcome.depths[str(answer.status_code)] += 1

    began = time.perf_counter()
    ask()
    outcome.seconds = time.perf_counter() - began
    told(outcome)


def test_mutated_inputs_are_judged_or_refused(fuzz: Fuzz, service: Running, client: httpx.Client) -> None:
    makes = [data_of(PLANS), data_of(MANIFESTS), data_of(TEMPLATES), bytes_of([*PLANS, *MANIFESTS, *OTHERS])]

    def make(random: Random) -> bytes:
        return random.choice(makes)(random)

    def check(content: bytes) -> str:
        media = "application/json" if content[:1] in b"{[" else "application/yaml"
        url = f"http://127.0.0.1:{service.port('api')}/v1/lint"
        answer = client.post(url, content=content, headers={"content-type": media})
        assert answer.status_code in (200, 422), answer.text
        assert (answer.status_code == 200) is ("tagward-verdict" in answer.headers)
        assert answer.json()["summary" if answer.status_code == 200 else "detail"]
        return str(answer.status_code)

    fuzz("http-lint", 0.06, make, check, ".body")


def test_mutated_objects_are_reviewed_or_refused(fuzz: Fuzz, service: Running, client: httpx.Client) -> None:
    seeds = [seed for seed in MANIFESTS if seed.data is not None]
    values = values_in(seeds)

    def make(random: Random) -> bytes:
        seed = random.choice(seeds)
        data = data_mutations.mutated(random, seed.data, seed.paths, values)
        thing = random.choice(data) if isinstance(data, list) and data else data
        kind = {"group": "apps", "version": "v1", "kind": random.choice(["Deployment", "Pod", "Job"])}
        asked = {"uid": "u-1", "kind": kind, "operation": "CREATE", "namespace": "dev", "object": thing}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": asked}
        content = data_mutations.as_json(random, review)
        return byte_mutations.mutated(random, content, b"") if random.random() < 0.2 else content

    def check(content: bytes) -> str:
        name = "mutate" if len(content) % 2 else "validate"
        url = f"http://127.0.0.1:{service.port('admission')}/admission/{name}"
        answer = client.post(url, content=content, headers={"content-type": "application/json"})
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 200:
            verify(answer.content, answer.json()["response"]["uid"], mutating=name == "mutate")
        return str(answer.status_code)

    fuzz("http-admission", 0.03, make, check, ".json")


def test_broken_http_is_answered_or_hung_up_on(fuzz: Fuzz, service: Running) -> None:
    def make(random: Random) -> bytes:
        first, other = random.choice(REQUESTS), random.choice(REQUESTS)
        return byte_mutations.mutated(random, first, other) if random.random() < 0.95 else first + other

    def check(content: bytes) -> str:
        listener = "admission" if len(content) % 3 == 0 else "api"
        said = _exchanged(service.port(listener), content)
        statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", said)
        assert not [status for status in statuses if status[:1] == b"5"], said
        return statuses[0].decode() if statuses else "hung up"

    fuzz("http-bytes", 0.03, make, check, ".http")


def _exchanged(port: int, content: bytes) -> bytes:
    """Send bytes, say that there are no more, and read what is said until the end."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as connection:
        try:
            connection.sendall(content)
            select([connection], [], [], PATIENCE_SECONDS)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65_536):
                said += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
    return said
