"""The family `rego`: modules for conftest and OPA, asked about plans."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from tagward.patterns import charsets
from tagward_generators.deciding.rego.engine import MODES, evaluate
from tagward_generators.deciding.rego.modules import Block, Module, holding_rules, not_asked
from tagward_generators.deciding.rego.plans import USUAL, address, place, plan
from tagward_generators.deciding.rulings import (
    Guardrail,
    Place,
    RefusedError,
    Rule,
    Tags,
    Undecided,
    Verdict,
)
from tagward_generators.deciding.tagging import frozen
from tagward_generators.deciding.words import stem

VERDICTS = {"deny": Verdict.DENIED, "warn": Verdict.WARNED, "audit": Verdict.RECORDED}

Row = tuple[str, str, str]
"""Where a finding goes, the tag and the rule that it names."""

OTHERS = "others"
"""The rule of findings that no rule of the module names."""


class RegoRule:
    """What one rule of a module finds at a place; or what is found beside all rules that are known."""

    def __init__(self, block: Block, asker: Asker, place: Place) -> None:
        self.by = f"{block.tag} {block.rule}"
        self.verdict = VERDICTS[block.mode]
        self.meaning: Hashable = (asker.module.text, block.mode, block.tag, block.rule, place)
        self.vocabulary: Mapping[str, Sequence[str]] = asker.module.vocabulary(
            block, place.fact("cloud") or ""
        )
        self._row, self._asker, self._place = (block.mode, block.tag, block.rule), asker, place

    def objects(self, tags: Tags) -> bool:
        """Say whether the rule finds something."""
        found = self._asker.rows(tags, self._place)
        if self._row[2] != OTHERS:
            return self._row in found
        return any(row[0] == self._row[0] for row in found - self._asker.known)

    def expect(self, every: Iterable[Tags]) -> None:
        """Ask about many tags at once: starting the program costs more than a hundred answers."""
        self._asker.ask(every)


class Asker:
    """Asks OPA about all places at once, and remembers its answers."""

    def __init__(self, artifacts: Mapping[str, str], module: Module) -> None:
        self.module = module
        self.known = frozenset((each.mode, each.tag, each.rule) for each in module.blocks)
        self.places: tuple[Place, ...] = ()
        self._artifacts = artifacts
        self._found: dict[object, Mapping[str, frozenset[Row]]] = {}

    def rows(self, tags: Tags, place: Place) -> frozenset[Row]:
        """Return what is found at a place."""
        if frozen(tags) not in self._found:
            self.ask([tags])
        return self._found[frozen(tags)].get(address(place), frozenset())

    def ask(self, every: Iterable[Tags]) -> None:
        """Evaluate what is not known yet."""
        new = {frozen(tags): tags for tags in every if frozen(tags) not in self._found}
        if new:
            plans = [plan(self.places, tags) for tags in new.values()]
            answers = evaluate(self._artifacts, self.module.package, plans)
            self._found |= dict(zip(new, map(_rows, answers), strict=True))


class RegoGuardrail:
    """Modules that are evaluated together."""

    def __init__(self, asker: Asker | None, undecided: tuple[Undecided, ...]) -> None:
        self.asker = asker
        self.undecided = undecided

    def rules(self, place: Place) -> Sequence[Rule]:
        """Return what is asked of a resource."""
        if self.asker is None:
            return ()
        others = (Block(mode, "", OTHERS, "") for mode in MODES)
        return [RegoRule(block, self.asker, place) for block in (*self.asker.module.blocks, *others)]


class Rego:
    """The family `rego`."""

    name = "rego"
    costly = True
    spells = True

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Return the one module that an artifact is."""
        return {stem(path): content}

    def read(self, artifacts: Mapping[str, str]) -> RegoGuardrail:
        """Find the rules, and try them on an empty plan; modules that OPA refuses are undecided."""
        if not artifacts:
            return RegoGuardrail(None, ())
        try:
            asker = Asker(artifacts, holding_rules(artifacts))
            asker.ask([{}])
        except RefusedError as why:
            return RegoGuardrail(
                None, tuple(Undecided(name, str(why), text) for name, text in artifacts.items())
            )
        return RegoGuardrail(Asker(artifacts, asker.module), tuple(not_asked(artifacts)))

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List types: a usual one of each cloud that tags have keys on, and those that rules name."""
        askers = [each.asker for each in guardrails if isinstance(each, RegoGuardrail) and each.asker]
        clouds = {cloud for asker in askers for keys in asker.module.keys.values() for cloud in keys}
        named = sorted({type_ for asker in askers for type_ in asker.module.types})
        usual = [type_ for cloud, type_ in USUAL.items() if cloud in clouds]
        found = tuple(place(type_) for type_ in dict.fromkeys((*usual, *named)))
        for asker in askers:
            asker.places = found
        return found

    def possible(self, key: str, value: str) -> bool:
        """Say whether any cloud takes such a tag."""
        clouds = ("aws", "azure", "gcp")
        return any(
            charsets.legal_value(cloud, value) is None and charsets.legal_key(cloud, key) is None
            for cloud in clouds
        )


def _rows(found: Mapping[str, Sequence[Any]]) -> Mapping[str, frozenset[Row]]:
    """Return the rows of findings by address; of what names no resource nobody is to blame."""
    rows: dict[str, set[Row]] = {}
    for mode, findings in found.items():
        for each in findings:
            if isinstance(each, dict) and "resource" in each:
                row = (mode, str(each.get("tag", "")), str(each.get("rule", "")))
                rows.setdefault(str(each["resource"]), set()).add(row)
    return {where: frozenset(about) for where, about in rows.items()}
