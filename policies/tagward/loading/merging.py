"""Merging a chain of policy files into one policy: children add and tighten."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from tagward import language
from tagward.diagnostics import Diagnostic, Steps, quoted
from tagward.digest import sha256
from tagward.judging.values import fits
from tagward.language import Targets
from tagward.loading.authorship import Authorship
from tagward.loading.chain import Layer
from tagward.loading.modelling import Modeller, Scopes
from tagward.loading.registries import RegistryError, read_registry
from tagward.loading.tightening import loosened, loosened_limits
from tagward.loading.workloads import read_workload
from tagward.policy import CLOUDS, Allowed, Policy, Tag

CONSTRAINTS = ("values", "pattern", "registry")


class Merger:
    """Takes the layers of a chain, parents first, and remembers which file said what."""

    def __init__(self, as_of: date, *, new_exemptions: bool = True) -> None:
        self.as_of = as_of
        self.new_exemptions = new_exemptions
        self.diagnostics: list[Diagnostic] = []
        self.registries: dict[str, Allowed] = {}
        self.max_exemption_days = 180
        self.written = Authorship()
        self._broken: set[str] = set()
        self._fields: dict[str, dict[str, Any]] = {}
        self._tags: dict[str, Tag] = {}
        self._files: dict[str, tuple[str, ...]] = {}
        self._scopes: Scopes = {}
        self._hashes: list[str] = []
        self._policy = Policy("", "", "")

    def policy(self) -> Policy:
        """Return the merged policy."""
        whole = sha256("\n".join(self._hashes).encode())
        tags = tuple(self._tags.values())
        return replace(self._policy, tags=tags, scopes=self._scopes, sha256=whole, written=self._files)

    def written_condition(self, tag_id: str, number: int) -> Any:
        """Return the condition of a requirement as written."""
        required = self._fields[tag_id]["required"]
        return (required[number] if isinstance(required, list) else required).when

    def value_path(self, tag_id: str, value: str) -> Steps:
        """Return where a value of a tag is written: in the list, or in the registry that holds it."""
        values = self._fields[tag_id].get("values")
        return ("tags", tag_id, "values", values.index(value)) if values else ("tags", tag_id, "registry")

    def add(self, layer: Layer) -> None:
        """Merge one file over what there is."""
        self._hashes.append(layer.sha256)
        self.written.begin(layer.document)
        before = self._policy
        self._add_identity(layer)
        self._add_registries(layer)
        self._add_scopes(layer)
        self._add_workloads(layer)
        self._add_tags(layer)
        self._add_forbid_and_limits(layer, before)
        self._add_exemptions(layer)
        self._add_settings(layer)

    def _say(self, path: Steps, message: str, **details: Any) -> None:
        self.diagnostics.append(self.written.here(path, message, **details))

    def _add_identity(self, layer: Layer) -> None:
        given = _given(layer.file.metadata)
        self._policy = replace(
            self._policy,
            name=given.get("name", layer.stem),
            version=given.get("version", "0"),
            owner=given.get("owner", ""),
            description=given.get("description", ""),
        )

    def _add_registries(self, layer: Layer) -> None:
        for name, entry in _items(layer.file.registries):
            path: Steps = ("registries", name)
            if name in self.registries:
                self._say(path, f"the registry {quoted(name)} is there already", at_key=True)
                continue
            self.written.claim(*path)
            try:
                self.registries[name], content = read_registry(name, entry, layer.nearby)
                self._hashes.append(sha256(content))
            except RegistryError as error:
                self._say((*path, error.field), str(error), hint=error.hint)
                self.registries[name] = Allowed((), registry=name)

    def _add_scopes(self, layer: Layer) -> None:
        for name, selector in _items(layer.file.scopes):
            path: Steps = ("scopes", name)
            if name in self._scopes:
                self._say(path, f"the scope {quoted(name)} is there already", at_key=True)
            elif selector.scopes is not UNSET:
                self._say((*path, "scopes"), "a scope cannot name other scopes", at_key=True)
            else:
                self.written.claim(*path)
                self._scopes[name] = Modeller.selector(selector)

    def _add_workloads(self, layer: Layer) -> None:
        known = {workload.name for workload in self._policy.workloads}
        for name, entry in _items(layer.file.workloads):
            if name in known:
                said = f"the workload {quoted(name)} is there already"
                self._say(("workloads", name), said, at_key=True)
                continue
            self.written.claim("workloads", name)
            workload, problems = read_workload(name, entry)
            for each in problems:
                self._say(each.path, each.message, hint=each.hint, at_key=each.at_key)
            self._policy = replace(self._policy, workloads=(*self._policy.workloads, workload))

    def _add_tags(self, layer: Layer) -> None:
        for tag_id, entry in _items(layer.file.tags):
            before = self._tags.get(tag_id)
            after = self._model(tag_id, self._merge_fields(tag_id, entry))
            if entry.example is UNSET and not fits(after, after.example, self.as_of):
                after = self._without_example(tag_id, after)
            if before is not None and entry.override is UNSET:
                after = replace(after, keys=_kept(before.keys, after.keys))
                if tag_id not in self._broken:
                    self._refuse_loosening(tag_id, _given(entry), before, after)
            self._tags[tag_id] = after
            self._files[tag_id] = (*self._files.get(tag_id, ()), layer.document.file)

    def _without_example(self, tag_id: str, tag: Tag) -> Tag:
        """Drop the example of a parent, which the child does not accept any more."""
        self._fields[tag_id].pop("example", None)
        return replace(tag, example="")

    def _model(self, tag_id: str, fields: dict[str, Any]) -> Tag:
        modeller = Modeller(self.registries, self._scopes)
        tag = modeller.tag(tag_id, fields)
        for path, message, hint in modeller.problems:
            self.diagnostics.append(self.written.at(path, message, hint=hint))
        if modeller.problems or _is_unread(tag):
            self._broken.add(tag_id)
        return tag

    def _merge_fields(self, tag_id: str, entry: language.Tag) -> dict[str, Any]:
        fields = self._fields.setdefault(tag_id, {})
        given = _given(entry)
        if any(name in given for name in CONSTRAINTS):
            for name in CONSTRAINTS:
                fields.pop(name, None)
        self.written.claim("tags", tag_id)
        for name, value in given.items():
            self.written.claim("tags", tag_id, name)
            for inner in _given(value) if name == "keys" else value if name == "replaces" else ():
                self.written.claim("tags", tag_id, name, inner)
            fields[name] = self._merged(name, fields.get(name), value)
        if "required" in given:
            self.written.claim_requirements(tag_id, is_list=isinstance(given["required"], list))
        if len(several := [name for name in CONSTRAINTS if name in fields]) > 1:
            said = f"a tag has one of `values`, `pattern` and `registry`, not {' and '.join(several)}"
            self._say(("tags", tag_id, several[1]), said, at_key=True)
            for name in several[1:]:
                del fields[name]
        return fields

    @staticmethod
    def _merged(name: str, old: Any, new: Any) -> Any:
        if name == "keys" and old is not None:
            return language.Keys(**(_given(old) | _given(new)))
        if name == "replaces" and old is not None:
            return old | new
        return new

    def _refuse_loosening(self, tag_id: str, entry: Mapping[str, Any], before: Tag, after: Tag) -> None:
        for field, why in loosened(before, after):
            spelled = (
                next((name for name in CONSTRAINTS if name in entry), field) if field == "values" else field
            )
            self._say(
                ("tags", tag_id, spelled),
                f"this loosens {quoted(tag_id)}: {why}",
                at_key=True,
                hint="tighten it, or say why in `override: REASON`",
            )

    def _add_forbid_and_limits(self, layer: Layer, before: Policy) -> None:
        forbid, limits = _given(layer.file.forbid), _given(layer.file.limits)
        for field, entries in forbid.items():
            for number, text in enumerate(entries):
                self.written.claim_forbidden(field, number, text)
        self._policy = replace(
            self._policy,
            forbidden_keys=_together(before.forbidden_keys, forbid.get("keys", ())),
            forbidden_values=_together(before.forbidden_values, forbid.get("values", ())),
            closed=limits.get("closed", before.closed),
            max_tags=limits.get("max_tags", before.max_tags),
        )
        for field in limits:
            self.written.claim("limits", field)
        if "override" not in limits:
            for field, why in loosened_limits(before, self._policy):
                hint = "tighten it, or say why in `override: REASON`"
                self._say(("limits", field), f"this loosens the limits: {why}", at_key=True, hint=hint)

    def _add_exemptions(self, layer: Layer) -> None:
        if isinstance(layer.file.exemptions, UnsetType):
            return
        for number, entry in enumerate(layer.file.exemptions):
            known = {exemption.id for exemption in self._policy.exemptions}
            if entry.id in known:
                path: Steps = ("exemptions", number, "id")
                self._say(path, f"the exemption {quoted(entry.id)} is there already")
            self.written.claim_exemption(number)
            exemption = Modeller.exemption(entry)
            self._policy = replace(self._policy, exemptions=(*self._policy.exemptions, exemption))

    def _add_settings(self, layer: Layer) -> None:
        readiness = asdict(self._policy.readiness) | _given(layer.file.readiness)
        costs = {name: tuple(globs) for name, globs in _given(layer.file.costs).items()}
        defaults = _given(layer.file.defaults)
        self.max_exemption_days = defaults.pop("max_exemption_days", self.max_exemption_days)
        placeholders = tuple(defaults.pop("placeholders", self._policy.placeholders))
        self._policy = replace(
            self._policy,
            readiness=type(self._policy.readiness)(**readiness),
            costs=replace(self._policy.costs, **costs),
            placeholders=placeholders,
            targets=_merged(self._policy.targets, layer.file.targets),
            **defaults,
        )


def _is_unread(tag: Tag) -> bool:
    """Say whether the registry of a tag could not be read."""
    return isinstance(tag.constraint, Allowed) and not tag.constraint.values


def _given(entry: Struct | UnsetType) -> dict[str, Any]:
    """Return the fields that a file wrote down."""
    if isinstance(entry, UnsetType):
        return {}
    return {name: value for name, value in asdict(entry).items() if value is not UNSET}


def _merged(before: Targets, after: Targets | UnsetType) -> Targets:
    """Merge the settings of every target key by key."""
    if isinstance(after, UnsetType):
        return before
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in Targets.__struct_fields__)
    return Targets(**{name: type(old)(**(_given(old) | _given(new))) for name, old, new in pairs})


def _items(mapping: Any) -> list[tuple[str, Any]]:
    return [] if isinstance(mapping, UnsetType) else list(mapping.items())


def _kept(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Keep the clouds that a parent uses a tag on: a child that requires it on fewer still knows it there."""
    return {
        cloud: after.get(cloud, before.get(cloud, "")) for cloud in CLOUDS if cloud in {**before, **after}
    }


def _together(old: tuple[str, ...], new: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))
