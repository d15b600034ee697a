"""What is said of a carrier `c` that breaks a rule: where, which label, what is there, what to write."""

from __future__ import annotations

from datetime import date

from tagward.conditions import in_words
from tagward.globs import matcher
from tagward.policy import Policy, Requirement
from tagward_generators.advice import expected
from tagward_generators.cel import matches, quoted
from tagward_generators.kubernetes.breaking import CLOUD, Break
from tagward_generators.kubernetes.carriers import Text, joined
from tagward_generators.kubernetes.near import is_misspelt
from tagward_generators.regexes import whole
from tagward_generators.tag_facts import TagFacts

NOT_SHOWN = "a value that is not shown"


class Messages:
    """Messages about one tag; `near` names the variable that tells its key misspelt."""

    def __init__(self, facts: TagFacts, policy: Policy, day: date, near: str) -> None:
        self.facts = facts
        self.tag = facts.tag
        self.key = facts.tag.keys[CLOUD]
        self.known_keys = facts.known_keys
        self.expired = any(not alias.accepted(day) for alias in facts.tag.aliases)
        self.policy = policy
        self.near = near
        self.day = day

    def cel(self, broken: Break) -> str:
        """Write the message about a carrier as CEL."""
        return joined([("c.at",), ": ", *self._said(broken, self._found(broken))])

    def plain(self, broken: Break) -> str:
        """Say the same without looking at what is there."""
        return "".join(each for each in self._said(broken, []) if isinstance(each, str))

    def misspelt(self) -> str:
        """Ask whether a carrier has a key that is this tag's misspelt."""
        return f"c.labels.exists(m, m.exists(k, {self._near()}))"

    def _said(self, broken: Break, found: Text) -> Text:
        match broken.rule.kind:
            case "required":
                why = self._because(self.tag.requirements[int(broken.rule.subject)])
                said = [f"{self.key} is {_asked(broken)}missing{why}", *found, f": set it{self._to()}"]
            case "blank":
                said = [f"{self.key} is blank or a placeholder, which counts as missing: set it{self._to()}"]
            case "replaces":
                said = [f"{self.key} ", *(found or ["has an older value: use the one that replaces it"])]
            case _:
                values = expected(self.tag, self.day) or "another value"
                said = [f"{self.key} ", *(found or ["has a value that is not accepted"]), f": use {values}"]
        return [*said, f". {one_line(self.tag.message)}" if self.tag.message else ""]

    def _found(self, broken: Break) -> Text:
        match broken.rule.kind:
            case "required":
                return [(self._hints(),)]
            case "replaces":
                pairs = ", ".join(f"{quoted(old)}: {quoted(new)}" for old, new in self.tag.replaces.items())
                return ["is ", (self._value(),), ", an older value: use ", (f"{{{pairs}}}[{self._value()}]",)]
            case "value":
                return ["is ", (self._shown(),), ", which is not accepted"]
            case _:
                return []

    def _hints(self) -> str:
        """Name keys that come near, and those that do not count any more."""
        there = '", but " + k + " is there, which is misspelt"'
        said = f'c.labels.map(m, m.filter(k, {self._near()}).map(k, {there}).join("")).join("")'
        if not self.expired:
            return said
        older = '.optMap(k, ", but " + k + " is there, which does not count any more").orValue("")'
        return f"{said} + c.older[?{quoted(self.key)}]{older}"

    def _near(self) -> str:
        return is_misspelt(self.key, "k", self.near)

    def _value(self) -> str:
        return f"c.tags[{quoted(self.key)}]"

    def _shown(self) -> str:
        """Show the value, unless it may be a secret."""
        globs, patterns = self.policy.forbidden_keys, self.policy.forbidden_values
        if globs and any(map(matcher(globs), self.known_keys)):
            return quoted(NOT_SHOWN)
        secret = " || ".join(matches(self._value(), whole(each)) for each in patterns)
        return f"({secret} ? {quoted(NOT_SHOWN)} : {self._value()})" if secret else self._value()

    def _because(self, requirement: Requirement) -> str:
        if requirement.when is None:
            return ""
        return f", required because {one_line(in_words(requirement.when)).replace('`', '')}"

    def _to(self) -> str:
        said = expected(self.tag, self.day)
        return f" to {one_line(said)}" if said else ""


def _asked(broken: Break) -> str:
    return "recommended and " if broken.level == "recommended" else ""


def one_line(text: str) -> str:
    """Put a text on one line: messages have no line breaks."""
    return " ".join(text.split())
