"""The resource types that a tag policy names: which are in view, and which of them a tag can have."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct

from tagward.catalog import (
    ALL_SUPPORTED,
    TagPolicyMode,
    aws_actions,
    native_types,
    tag_policy_types,
    tagward_types,
)
from tagward.globs import is_literal, matcher, split
from tagward.policy import Requirement, Tag
from tagward_generators.aws_tag_policy.needs import ANYTHING
from tagward_generators.aws_tag_policy.type_settings import is_type, types_of

LATE = "s3"
"""Its buckets are often tagged after they are made: no case for aws-scp, and no harm to a tag policy."""

MOST_TAGS = 50
"""So many required keys one type takes, over all policies (Organizations: `ELEMENTS_TOO_MANY`)."""

FIELDS: dict[TagPolicyMode, str] = {"enforce": "enforced_for", "report": "report_required_tag_for"}

CANNOT: dict[TagPolicyMode, str] = {
    "enforce": "on types for which AWS enforces no tag policy",
    "report": "on types for which AWS takes no required keys",
}
SPELLED_TWICE = "on types that AWS and others spell differently"

WhyNot = Callable[[str], str]
"""Why a tagward type cannot be named for a tag; "" when it can."""


class Reach(Struct, frozen=True):
    """The types that a field names for a tag, as they are written, and each one that is covered.

    `left_out` maps a reason to the types in view that are left out for it.
    """

    written: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()
    left_out: dict[str, tuple[str, ...]] = {}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Say what is left out, and why."""
        return tuple(f"not looked at {why}: {in_short(names)}" for why, names in self.left_out.items())


class View:
    """The types that a field may name, by the settings or by what is known."""

    def __init__(self, mode: TagPolicyMode, setting: tuple[str, ...] | None) -> None:
        self.mode = mode
        self.known = tag_policy_types()
        self.by_setting = None if setting is None else types_of(mode, setting)
        self.forced = frozenset(filter(is_type, setting or ()))

    @property
    def field(self) -> str:
        """Return the field of a tag policy that names the types."""
        return f"`{FIELDS[self.mode]}`"

    def unknown(self) -> tuple[str, ...]:
        """List the types that the settings name and AWS did not list."""
        modes = {name: self.known.types[name].modes for name in self.forced if name in self.known.types}
        return tuple(name for name in sorted(self.forced) if self.mode not in modes.get(name, ()))

    def strangers(self, requirement: Requirement) -> Iterator[str]:
        """List the types that a requirement names and tag policies do not know."""
        meant = {each.type for each in self.known.types.values()}
        for named in requirement.on.types:
            if is_literal(named) and named.startswith("aws:") and named not in meant:
                yield named

    def of(self, tag: Tag) -> tuple[str, ...]:
        """List the types in view for a tag: those that it names, or else of the services that cost most."""
        if self.by_setting is not None:
            return self.by_setting
        required = [each.on.types for each in tag.requirements if each.level == "required"]
        open_to_all = not required or any(not split(globs)[0] for globs in required)
        return tuple(
            name
            for name, each in self.known.types.items()
            if each.type
            and (
                (open_to_all and _service(name) in _services()) or any(_named(each.type, g) for g in required)
            )
        )

    def reach(self, tag: Tag, why_not: WhyNot) -> Reach:
        """Choose the types in view that can be named, and write them as briefly as can be."""
        left_out: dict[str, list[str]] = {}
        fit = []
        for name in self.of(tag):
            why = self._cannot(name) or why_not(self.meant(name))
            left_out.setdefault(why, []).append(name) if why else fit.append(name)
        written, covered = self._written(fit, why_not)
        unwritten = [name for name in fit if name not in covered]
        if unwritten:
            left_out[SPELLED_TWICE] = unwritten
        return Reach(written, covered, {why: tuple(names) for why, names in left_out.items()})

    def meant(self, name: str) -> str:
        """Return the tagward type that a type of tag policies means."""
        each = self.known.types.get(name)
        return (each.type if each else "") or f"aws:{name}"

    def _cannot(self, name: str) -> str:
        if name in self.forced or self.mode in self.known.types[name].modes:
            return ""
        return CANNOT[self.mode]

    def _written(self, fit: list[str], why_not: WhyNot) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Name services as a whole where that says the same, and no type that AWS may not know."""
        written: list[str] = []
        covered: list[str] = []
        for service in dict.fromkeys(map(_service, fit)):
            names = [name for name in fit if _service(name) == service]
            plain = [name for name in names if name in self.forced or not self.known.types[name].also]
            whole = len(names) > 1 and self._is_whole(service, names, why_not)
            written += [f"{service}:{ALL_SUPPORTED}"] if whole else plain
            covered += names if whole else plain
        return tuple(sorted(written)), tuple(sorted(covered))

    def _is_whole(self, service: str, names: list[str], why_not: WhyNot) -> bool:
        """Say whether all types of a service can be named, also those that AWS may add."""
        if self.mode not in self.known.services.get(service, ()):
            return False
        every = [
            name
            for name, each in self.known.types.items()
            if _service(name) == service and self.mode in each.modes
        ]
        ours = [meant for meant in tagward_types() if meant.startswith(f"aws:{service}:")]
        return set(every) <= set(names) and not any(map(why_not, (*ours, f"aws:{service}:{ANYTHING}")))


FEW = 3
"""So many types are listed by name, and so many services."""


def in_short(names: tuple[str, ...]) -> str:
    """List a few types, or count them by service."""
    if len(names) <= FEW:
        return ", ".join(names)
    counted = Counter(map(_service, names)).most_common()
    listed = ", ".join(f"{number} of {service}" for service, number in counted[:FEW])
    rest = sum(number for _, number in counted[FEW:])
    return f"{listed} and {rest} more" if rest else listed


@cache
def _services() -> frozenset[str]:
    """Return the services that aws-scp looks at by default, and those whose tags come late."""
    return frozenset(name.partition(":")[0] for name in aws_actions().curated) | {LATE}


def _service(name: str) -> str:
    return name.partition(":")[0]


def _named(meant: str, globs: tuple[str, ...]) -> bool:
    including, excluding = split(globs)
    spelled = (meant, *native_types(meant))
    return any(map(matcher(including), spelled)) and not (excluding and any(map(matcher(excluding), spelled)))
