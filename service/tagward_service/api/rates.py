"""How often somebody may ask: a bucket of tokens each, filled by and by."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

MOST_CALLERS = 10_000
"""So many buckets are kept; the one that was not used for longest is forgotten first."""

_NETWORK = 64
"""Bits that tell networks of IPv6 apart; whoever has one has all of its addresses."""


class Rate:
    """A caller may ask so many times a minute, and as many at once; 0 is no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> float:
        """Count a request, and return 0; or the seconds until there may be another one."""
        if not self.per_minute:
            return 0.0
        now, speed = self._clock(), self.per_minute / 60
        left, last = self._buckets.pop(caller, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - last) * speed)
        wait = 0.0 if left >= 1 else (1 - left) / speed
        self._buckets[caller] = (left if wait else left - 1, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        return wait


def network_of(host: str) -> str:
    """Return whom an address stands for: itself, or its network where one has many of them."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _NETWORK), strict=False))
