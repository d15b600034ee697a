"""Random policies and what they compile to, both recalled: many tests begin with the same random numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

from tagward.policy import Policy
from tagward_generators import target
from tagward_generators.targets import Compilation
from tests.generators.random_policies import DAY

Draw = Callable[[Random], Policy]
State = tuple[Any, ...]
"""Of a source of random numbers."""


def drawn_and_compiled(rng: Random, draw: Draw, name: str) -> tuple[Policy, Compilation]:
    """Draw a policy and compile it for a target, or recall both; random numbers go on as after drawing."""
    drawn, compilation, after = _made(draw, name, rng.getstate())
    rng.setstate(after)
    return drawn, compilation


@lru_cache(maxsize=300)
def _made(draw: Draw, name: str, before: State) -> tuple[Policy, Compilation, State]:
    rng = Random()
    rng.setstate(before)
    drawn = draw(rng)
    return drawn, target(name).compile(drawn, as_of=DAY), rng.getstate()
