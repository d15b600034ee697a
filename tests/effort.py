"""How long work takes beside a loop that is run before and after it, so that no machine is too slow."""

from collections.abc import Callable
from time import process_time

TURNS = 500_000


def effort(act: Callable[[], object]) -> float:
    """Return the processor time of some work, as a multiple of that of a million turns of an empty loop."""
    before = _floor()
    began = process_time()
    act()
    spent = process_time() - began
    return spent / max(before, _floor())


def _floor() -> float:
    began = process_time()
    for _ in range(TURNS):
        pass
    return 2 * (process_time() - began)
