"""People who keep asking, and what becomes of each request."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.cluster import Cluster
from tests.e2e.objects import Data
from tests.oracles.apiserver_client import Client


class Load:
    """Clients that ask whether an object would be created, one request after the other."""

    def __init__(self, cluster: Cluster, things: list[Data]) -> None:
        self.cluster = cluster
        self.answers: Counter[str] = Counter()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(each,)) for each in things]

    def _ask(self, thing: Data) -> None:
        main = self.cluster.client
        client = Client(main.url, main.token, main.authority)
        while not self.ended.is_set():
            answer = client.create(thing, dry_run=True)
            self.answers["allowed" if answer.ok else _short(answer.message)] += 1
        client.close()


def _short(message: str) -> str:
    return "denied" if "denied the request" in message else message


@contextmanager
def load(cluster: Cluster, *things: Data) -> Iterator[Counter[str]]:
    """Keep asking while a block runs; every answer is counted."""
    running = Load(cluster, list(things))
    for each in running.threads:
        each.start()
    try:
        yield running.answers
    finally:
        running.ended.set()
        for each in running.threads:
            each.join()
