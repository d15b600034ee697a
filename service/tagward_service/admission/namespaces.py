"""What is known of the namespaces of a cluster: their labels, and since when nothing was heard of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic

from tagward.resource import Tags

STALE = 300.0
"""In seconds; labels of which nothing was heard for longer are not known any more."""

PATIENCE = 0.5
"""In seconds; so long a review waits for word of a namespace that was made a moment ago."""

_STEP = 0.01


class Namespaces:
    """The labels of the namespaces of a cluster; one thread may write while others read.

    Until somebody has listed them, nothing is known and nothing is waited for.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, stale: float = STALE) -> None:
        self.fault = ""
        """Why nothing is heard, if that is so."""
        self._clock = clock
        self._stale = stale
        self._labels: dict[str, Tags] = {}
        self._heard: float | None = None

    def __len__(self) -> int:
        return len(self._labels)

    @property
    def is_listed(self) -> bool:
        """Say whether they were ever listed."""
        return self._heard is not None

    @property
    def age(self) -> float:
        """Return for how many seconds nothing was heard."""
        return 0.0 if self._heard is None else self._clock() - self._heard

    @property
    def is_stale(self) -> bool:
        """Say whether it is too long ago that something was heard."""
        return self.age > self._stale

    def get(self, name: str) -> Tags | None:
        """Return the labels of a namespace, None when nobody knows them."""
        return None if self.is_stale else self._labels.get(name)

    async def wait_for(self, name: str) -> Tags | None:
        """Return the labels of a namespace that was made a moment ago, of which word may be under way."""
        if not self.is_listed or self.is_stale:
            return None
        for _ in range(round(PATIENCE / _STEP)):
            labels = self._labels.get(name)
            if labels is not None:
                return labels
            await asyncio.sleep(_STEP)
        return None

    def replace(self, labels: Mapping[str, Tags]) -> None:
        """Take the labels of all of them."""
        self._labels = dict(labels)
        self.hear()

    def put(self, name: str, labels: Tags) -> None:
        """Take one that is new or changed."""
        self._labels[name] = labels

    def remove(self, name: str) -> None:
        """Forget one."""
        self._labels.pop(name, None)

    def hear(self) -> None:
        """Note that the cluster was heard of."""
        self._heard = self._clock()
        self.fault = ""
