"""Nobody who asks meanwhile loses a request when policies, good and broken, and certificates are replaced."""

import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tagward_service.admission.certificates import make
from tests.oracles.admission_contract import verify
from tests.service.admission.test_endpoint import JSON, body
from tests.service.admission.test_review import deployment
from tests.service.admission.test_serving import Served, wait_until_ready

POLICIES, BROKEN, CERTIFICATES = 100, 10, 10
CLIENTS, REQUESTS_OF_A_CONNECTION = 8, 20
LABELS = {"ml-team": "a"} | {f"tag-{number}": "a" for number in range(POLICIES)}
"""What every one of the policies asks for."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path, "--log", "none")
    try:
        wait_until_ready(running)
        yield running
    finally:
        running.end()


class Clients:
    """Threads that keep asking, each by a new connection now and then, and count what they are told."""

    def __init__(self, served: Served, authorities: bytes) -> None:
        self.url = f"https://127.0.0.1:{served.port}"
        self.trusted = ssl.create_default_context(cadata=authorities.decode())
        self.told: Counter[str] = Counter()
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]

    def _ask(self) -> None:
        while not self.ended.is_set():
            try:
                with httpx.Client(base_url=self.url, verify=self.trusted, timeout=60) as client:
                    for _ in range(REQUESTS_OF_A_CONNECTION):
                        self._count(self._answer(client))
            except httpx.TransportError as error:
                self._count(f"{type(error).__name__}: {error}")

    def _answer(self, client: httpx.Client) -> str:
        answer = client.post("/admission/validate", content=body(deployment(LABELS)), headers=JSON)
        if answer.status_code != 200:
            return f"{answer.status_code} {answer.text}"
        return "allowed" if verify(answer.content, "u-9", mutating=False)["allowed"] else "denied"

    def _count(self, said: str) -> None:
        with self.lock:
            self.told[said] += 1

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Keep asking while a block runs."""
        for each in self.threads:
            each.start()
        try:
            yield
        finally:
            self.ended.set()
            for each in self.threads:
                each.join()


def test_policies_and_certificates_are_replaced_under_load(served: Served) -> None:
    bundles = [make(["localhost", "127.0.0.1"], days=1) for _ in range(CERTIFICATES)]
    authorities = (served.place / "ca.crt").read_bytes() + b"".join(each.authority for each in bundles)
    clients = Clients(served, authorities)
    loaded = refused = 0
    with clients.asking():
        for number in range(POLICIES):
            if number % (POLICIES // BROKEN) == 0:
                (served.place / "tagward.yaml").write_text(f"tags: [{number}", encoding="utf-8")
                served.reloaded()
                refused += 1
                served.wait_for("policy refused", refused)
                bundle = bundles.pop()
                (served.place / "tls.crt").write_bytes(bundle.certificate)
                (served.place / "tls.key").write_bytes(bundle.key)
            else:
                served.policy(f"tag-{number}")
                served.reloaded()
                loaded += 1
                served.wait_for("policy loaded", loaded)
    served.wait_for("certificate renewed", CERTIFICATES)
    assert set(clients.told) == {"allowed"}, clients.told
    assert clients.told["allowed"] > POLICIES
