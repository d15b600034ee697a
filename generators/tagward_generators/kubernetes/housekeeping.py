"""Rules on all labels at once, in CEL: forbidden ones, unknown ones, too many."""

from __future__ import annotations

from collections.abc import Mapping

from tagward.globs import split
from tagward.policy import Policy
from tagward_generators.cel import among, matches, negated, quoted
from tagward_generators.kubernetes.breaking import CLOUD
from tagward_generators.kubernetes.carriers import told
from tagward_generators.regexes import platform_keys, whole
from tagward_generators.tag_facts import TagFacts

FORBIDDEN_KEY = "a forbidden key"
FORBIDDEN_VALUE = "a value of a forbidden form"
UNKNOWN_KEY = "not a key of the policy"
"""Why labels are to be removed; said of one and of several."""

_NOT_THE_PLATFORMS = negated(matches("k", platform_keys(CLOUD)))


class Housekeeping:
    """What holds for the labels of an object and of everything that it makes."""

    def __init__(self, policy: Policy, tags: Mapping[str, TagFacts], may_be_open: bool) -> None:
        self.policy = policy
        self.tags = tags
        self.may_be_open = may_be_open
        self.kinds = {
            "forbid.keys": self._forbidden_keys,
            "forbid.values": self._forbidden_values,
            "limits.closed": self._unknown_keys,
            "limits.max_tags": self._too_many,
        }

    def check(self, kind: str) -> tuple[str, str]:
        """Return CEL that lists what is wrong, and how to say it without a place."""
        return self.kinds[kind]()

    def reasons(self, kind: str) -> tuple[str, ...]:
        """Say what slips through."""
        if kind != "limits.closed":
            return ()
        soft = tuple(
            f"an unknown key passes where `{facts.tag.keys[CLOUD]}` is missing: it may be that key misspelt, "
            "which is not denied"
            for facts in self._forgiving()
        )
        return (*soft, *([UNKNOWN_WHERE_OPEN] if self.may_be_open and self._asked_for() else []))

    def _forbidden_keys(self) -> tuple[str, str]:
        including, excluding = split(self.policy.forbidden_keys)
        tests = [among("k", including)] if including else []
        tests += [negated(among("k", excluding))] if excluding else []
        return self._keys("variables.labelled", " && ".join(tests), FORBIDDEN_KEY)

    def _forbidden_values(self) -> tuple[str, str]:
        value = "c.labels.filter(o, k in o)[0][k]"
        tests = " || ".join(matches(value, whole(each)) for each in self.policy.forbidden_values)
        return self._keys("variables.labelled", tests, FORBIDDEN_VALUE)

    def _unknown_keys(self) -> tuple[str, str]:
        there = [f"{quoted(facts.tag.keys[CLOUD])} in c.tags" for facts in self._forgiving()]
        asked = [f"{quoted(facts.tag.keys[CLOUD])} in c.tags" for facts in self._asked_for()]
        if self.may_be_open and asked:
            there.append(f"(!c.open || size(c.labels) == 0 || ({' && '.join(asked)}))")
        sure = f"variables.judged.all(c, {' && '.join(there)})" if there else "true"
        unknown = f"!(k in variables.known) && {_NOT_THE_PLATFORMS}"
        return self._keys(f"({sure} ? variables.labelled : [])", unknown, UNKNOWN_KEY)

    def _too_many(self) -> tuple[str, str]:
        most = self.policy.max_tags
        own = f"variables.own.filter(k, {_NOT_THE_PLATFORMS})"
        said = f"more labels than the {most} that the policy allows"
        return f"size({own}) > {most} ? [{quoted(f'metadata.labels: {said}: remove some')}] : []", said

    @staticmethod
    def _keys(of: str, test: str, said: str) -> tuple[str, str]:
        """List what is wrong with single keys; their values are never shown."""
        found = f'c.labels.map(m, m.filter(k, {test}).join(", ")).filter(t, t != "").join(", ")'
        wrong = f"c.labels.exists(m, m.exists(k, {test}))"
        message = f'c.at + ": remove " + {found} + {quoted(f": {said}")}'
        return told(f"{of}.filter(c, {wrong})", message), f"labels to remove: {said}"

    def _forgiving(self) -> list[TagFacts]:
        return [facts for facts in self.tags.values() if facts.forgives]

    def _asked_for(self) -> list[TagFacts]:
        return [facts for facts in self.tags.values() if facts.tag.requirements]


UNKNOWN_WHERE_OPEN = (
    "an unknown key passes while a tag is missing on pods that take labels from another object too "
    "(a training runtime, a base of an LLMInferenceService): it may be that tag's key misspelt"
)
