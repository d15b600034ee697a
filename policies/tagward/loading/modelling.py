"""From the typed form of a policy file to the model: tags, selectors, conditions, exemptions."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from tagward import language
from tagward.clouds import clouds_of
from tagward.diagnostics import Steps, quoted
from tagward.patterns import PatternError, parse
from tagward.policy import (
    CLOUDS,
    EVERYTHING,
    Alias,
    AllOf,
    Allowed,
    AnyOf,
    Condition,
    Exemption,
    Matches,
    Not,
    Requirement,
    Selector,
    Stage,
    Tag,
    TagIn,
)

Scopes = dict[str, Selector]
Problem = tuple[Steps, str, str | None]
"""Where, what is wrong, and a hint."""


class Modeller:
    """Builds the model of tags; `problems` are what could not be built."""

    def __init__(self, registries: Mapping[str, Allowed], scopes: Mapping[str, Selector]) -> None:
        self.registries = registries
        self.scopes = scopes
        self.problems: list[Problem] = []

    def tag(self, tag_id: str, fields: Mapping[str, Any]) -> Tag:
        """Build one tag from its merged fields."""
        path: Steps = ("tags", tag_id)
        requirements = self._requirements(fields.get("required", False))
        keys = fields.get("keys", language.Keys())
        spelled = {cloud: key for cloud, key in asdict(keys).items() if key is not UNSET}
        clouds = clouds_of(requirements, self.scopes) | spelled.keys()
        return Tag(
            tag_id,
            fields.get("title", tag_id),
            fields.get("description", ""),
            requirements,
            self._constraint(fields, path),
            fields.get("example", ""),
            {cloud: spelled.get(cloud, tag_id) for cloud in CLOUDS if cloud in clouds},
            tuple(Alias(each.key, _or_none(each.until)) for each in fields.get("aliases", ())),
            fields.get("replaces", {}),
            tuple(fields.get("inherit", ("provider",))),
            _stages(fields.get("enforce", ())),
            fields.get("message", ""),
        )

    def _requirements(self, required: Any) -> tuple[Requirement, ...]:
        if isinstance(required, bool):
            return (Requirement(),) if required else ()
        return tuple(map(self._requirement, required if isinstance(required, list) else [required]))

    def _requirement(self, entry: language.Requirement) -> Requirement:
        on = EVERYTHING if isinstance(entry.on, UnsetType) else self.selector(entry.on)
        when = None if isinstance(entry.when, UnsetType) else self._condition(entry.when)
        return Requirement(on, when, entry.level)

    def _condition(self, written: Any) -> Condition:
        conditions = tuple(self._part(key, value) for key, value in written.items())
        return conditions[0] if len(conditions) == 1 else AllOf(conditions)

    def _part(self, key: str, value: Any) -> Condition:
        if key in ("all", "any"):
            parts = tuple(map(self._condition, value))
            return AllOf(parts) if key == "all" else AnyOf(parts)
        if key == "not":
            return Not(self._condition(value))
        return TagIn(key, frozenset([value] if isinstance(value, str) else value))

    def _constraint(self, fields: Mapping[str, Any], path: Steps) -> Allowed | Matches | None:
        if "values" in fields:
            return Allowed(tuple(dict.fromkeys(fields["values"])))
        if "pattern" in fields:
            self._check_pattern(fields["pattern"], (*path, "pattern"))
            return Matches(fields["pattern"])
        if "registry" in fields:
            name = fields["registry"]
            if name in self.registries:
                return self.registries[name]
            known = ", ".join(sorted(self.registries)) or "none"
            said = f"there is no registry {quoted(name)}"
            self.problems.append(((*path, "registry"), said, f"the registries are: {known}"))
        return None

    def _check_pattern(self, pattern: str, path: Steps) -> None:
        try:
            parse(pattern)
        except PatternError as error:
            hint = f"write {quoted(error.portable)}" if error.portable else None
            self.problems.append((path, str(error), hint))

    @staticmethod
    def selector(entry: language.Selector) -> Selector:
        """Build a selector, with every type in tagward's own spelling where the catalogue has one."""
        given = {name: tuple(globs) for name, globs in asdict(entry).items() if globs is not UNSET}
        if "types" in given:
            given["types"] = tuple(map(_canonical_type, given["types"]))
        return Selector(**given) if given else EVERYTHING

    @staticmethod
    def exemption(entry: language.Exemption) -> Exemption:
        """Build an exemption."""
        match = Modeller.selector(entry.match)
        return Exemption(entry.id, entry.owner, entry.reason, entry.expires, tuple(entry.tags), match)


def _canonical_type(glob: str) -> str:
    """Spell a Terraform or CloudFormation type as every source does, whatever the file it read."""
    from tagward.catalog import tagward_type

    plain = glob.removeprefix("!")
    return glob.removesuffix(plain) + (tagward_type(plain) or plain)


def _stages(enforce: Any) -> tuple[Stage, ...]:
    stages = [enforce] if isinstance(enforce, language.Stage) else enforce
    return tuple(
        Stage(each.mode, _or_none(each.from_), () if isinstance(each.on, UnsetType) else tuple(each.on))
        for each in stages
    ) or (Stage("deny"),)


def _or_none(value: Any) -> Any:
    return None if isinstance(value, UnsetType) else value
