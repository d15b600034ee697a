"""Comparing constraints of Gatekeeper in tests."""

from collections.abc import Mapping
from random import Random

from msgspec.structs import replace

from tagward.language import Gatekeeper as Settings
from tagward_generators import target
from tagward_generators.deciding.comparing import Comparison, compare
from tagward_generators.deciding.kubernetes.gatekeeper import Gatekeeper
from tagward_generators.deciding.sentences import tellings
from tests.generators.admission_laws import drawn_policy
from tests.generators.random_policies import DAY

Objects = Mapping[str, str]


def objects(text: str) -> dict[str, str]:
    """Take a manifest apart."""
    return dict(Gatekeeper().objects("x.yaml", text))


def compared(was: Objects, now: Objects) -> Comparison:
    """Compare templates with their constraints."""
    family = Gatekeeper()
    return compare(family, family.read(was), family.read(now), {})


def told(was: Objects, now: Objects) -> list[str]:
    """Say in sentences how they differ."""
    return [f"{each.direction}: {each.sentence()}" for each in tellings(compared(was, now).differences)]


def compiled(seed: int) -> dict[str, str]:
    """Compile a random policy to CEL."""
    drawn = drawn_policy(Random(seed))
    settings = replace(drawn.targets, gatekeeper=Settings(engines=["cel"], parameters=seed % 2 == 0))
    made = target("gatekeeper").compile(replace(drawn, targets=settings), as_of=DAY)
    return {name: text for each in made.artifacts for name, text in objects(each.content).items()}
