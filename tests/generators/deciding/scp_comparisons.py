"""Comparing service control policies in tests, and asking others about what was found."""

from collections.abc import Iterator, Mapping, Sequence

from tagward_generators.deciding.comparing import Comparison, Difference, compare
from tagward_generators.deciding.rulings import Place, Tags
from tagward_generators.deciding.scp import Scp
from tagward_generators.deciding.scp.requests import context
from tagward_generators.deciding.sentences import tellings
from tagward_generators.targets import Compilation
from tests.oracles import iam_subset

Documents = Mapping[str, str]


def documents(compilation: Compilation) -> dict[str, str]:
    """Return compiled policies by name."""
    return {each.path: each.content for each in compilation.artifacts}


def compared(was: Documents, now: Documents) -> Comparison:
    """Compare policies."""
    family = Scp()
    return compare(family, family.read(was), family.read(now), {})


def told(was: Documents, now: Documents) -> list[str]:
    """Say in sentences how policies differ."""
    return [
        f"{each.direction}: {each.sentence()} [{each.where}]"
        for each in tellings(compared(was, now).differences)
    ]


def examples(differences: Sequence[Difference]) -> Iterator[tuple[Difference, Place]]:
    """List everything that was found to differ, place by place."""
    for each in differences:
        for place in each.places:
            yield each, place


def denied(policies: Documents, place: Place, tags: Tags) -> bool:
    """Ask the interpreter of the test suite."""
    sent: dict[str, str | list[str]] = {
        key: value if isinstance(value, str) else list(value) for key, value in context(place).items()
    }
    if place.act == "create":
        sent |= {f"aws:requesttag/{key.lower()}": value for key, value in tags.items()}
    sent |= {"aws:tagkeys": list(tags)} if tags else {}
    action, resource = place.fact("action") or "", place.fact("resource") or ""
    return iam_subset.any_denied(policies.values(), action, resource, sent)
