"""Whether a tag must be there: requirements, with selectors and conditions that may be unknown."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tagward.conditions import Lookup, holds, in_words, tags_of
from tagward.policy import EVERYTHING, Requirement, Selector
from tagward.resource import Resource, Unknown
from tagward.selectors import Answer, all_of, looks_at_names, selects_name, selects_place


class Need(Struct, frozen=True):
    """`level` is required or recommended; `doubt` says what nobody knows; `because` names the condition."""

    level: str
    doubt: str = ""
    because: str = ""
    rule: str = "required"


class Placed(Struct, frozen=True):
    """A requirement and whether its place fields hold here (True, or None when not known)."""

    rule: str
    requirement: Requirement
    here: Answer
    scopes: Mapping[str, Selector]

    @property
    def looks_at_names(self) -> bool:
        """Say whether it may hold for one resource here and not for another of the same type."""
        return looks_at_names(self.requirement.on, self.scopes)


def place(
    requirements: Sequence[Requirement], resource: Resource, scopes: Mapping[str, Selector]
) -> tuple[Placed, ...]:
    """Keep the requirements that may hold where the resource lives."""
    several = len(requirements) > 1
    placed = (
        Placed(
            f"required[{number}]" if several else "required",
            each,
            selects_place(each.on, resource, scopes),
            scopes,
        )
        for number, each in enumerate(requirements)
    )
    return tuple(each for each in placed if each.here is not False)


def need(placed: Sequence[Placed], resource: Resource, lookup: Lookup) -> Need | None:
    """Return the strongest need: required, then perhaps required, then recommended; None for none."""
    strongest: Need | None = None
    for each in placed:
        found = _need(each, resource, lookup)
        if found is not None and (strongest is None or _strength(found) > _strength(strongest)):
            strongest = found
    return strongest


def _strength(found: Need) -> int:
    return 1 if found.level == "recommended" else 2 if found.doubt else 3


def _need(placed: Placed, resource: Resource, lookup: Lookup) -> Need | None:
    requirement = placed.requirement
    if requirement.on is EVERYTHING and requirement.when is None:
        return Need(requirement.level, rule=placed.rule)
    selected = all_of((placed.here, selects_name(requirement.on, resource, placed.scopes)))
    condition = True if requirement.when is None else holds(requirement.when, lookup)
    answer = all_of((selected, condition))
    if answer is False:
        return None
    because = in_words(requirement.when) if requirement.when else ""
    doubt = "" if answer else _doubt(requirement, resource, lookup)
    return Need(requirement.level, doubt, because, placed.rule)


def _doubt(requirement: Requirement, resource: Resource, lookup: Lookup) -> str:
    for field in ("account", "region", "namespace"):
        if getattr(requirement.on, f"{field}s") and getattr(resource, field) is None:
            return f"the {field} of the resource is not known (pass --{field})"
    for comparison in tags_of(requirement.when) if requirement.when else ():
        value = lookup(comparison.tag)
        if isinstance(value, Unknown):
            because = f" ({value.because} decides it)" if value.because else ""
            return f"`{comparison.tag}` is not known until apply{because}"
    return "where the resource lives is not known (pass --account, --region or --namespace)"
