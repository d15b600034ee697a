"""Rules on all labels at once, in Rego: forbidden ones, unknown ones, too many."""

from __future__ import annotations

from collections.abc import Iterator

from tagward.globs import split
from tagward_generators.kubernetes.breaking import CLOUD
from tagward_generators.kubernetes.housekeeping import (
    FORBIDDEN_KEY,
    FORBIDDEN_VALUE,
    UNKNOWN_KEY,
    Housekeeping,
)
from tagward_generators.regexes import platform_keys, whole
from tagward_generators.rego_lines import Body, Constants, among, fails, matches, member, quoted, rule

_NOT_THE_PLATFORMS = fails(matches("key", platform_keys(CLOUD)))


class RegoHousekeeping(Housekeeping):
    """What holds for the labels of an object and of everything that it makes."""

    def rules(self, name: str, kind: str) -> Iterator[str]:
        """Write the rules for a check."""
        match kind:
            case "forbid.keys":
                constants = Constants()
                yield self._listed(name, self._forbidden_globs(constants), FORBIDDEN_KEY)
                yield from constants.definitions()
            case "forbid.values":
                forbidden = matches("value_of(c, key)", "|".join(map(whole, self.policy.forbidden_values)))
                yield self._listed(name, (forbidden,), FORBIDDEN_VALUE)
            case "limits.closed":
                unsure = tuple(self._unsure())
                yield from unsure
                unknown = ("not key in known_keys", _NOT_THE_PLATFORMS)
                yield self._listed(name, unknown, UNKNOWN_KEY, sure=bool(unsure))
            case _:
                yield self._too_many_own(name)

    def _listed(self, name: str, tests: Body, said: str, *, sure: bool = False) -> str:
        """List what is wrong with single keys; their values are never shown."""
        asked = "".join(f"\t\t{test}\n" for test in tests)
        certain = "\tcount([c | some c in judged; is_unsure(c)]) == 0\n" if sure else ""
        return (
            f'{name} := told([sprintf("%s: remove %s: {said}", [c.at, concat(", ", keys)]) |\n'
            f"{certain}\tsome c in labelled\n"
            f"\tkeys := [key |\n\t\tsome labels in c.labels\n\t\tsome key, _ in labels\n{asked}\t]\n"
            "\tcount(keys) > 0\n])"
        )

    def _forbidden_globs(self, constants: Constants) -> Body:
        including, excluding = split(self.policy.forbidden_keys)
        inside = (among("key", including, "forbidden_keys", constants),) if including else ()
        outside = (fails(among("key", excluding, "excepted_keys", constants)),) if excluding else ()
        return (*inside, *outside)

    def _unsure(self) -> Iterator[str]:
        """Say where an unknown key may be one that is asked for, misspelt, which is not denied as unknown."""
        bodies: list[Body] = [(f"not {_tag(facts.tag.keys[CLOUD])}",) for facts in self._forgiving()]
        if self.may_be_open:
            opened = ("c.open", "count(c.labels) > 0")
            bodies += [(*opened, f"not {_tag(facts.tag.keys[CLOUD])}") for facts in self._asked_for()]
        yield from (rule("is_unsure(c)", each) for each in bodies)

    def _too_many_own(self, name: str) -> str:
        most = self.policy.max_tags
        said = f"metadata.labels: more labels than the {most} that the policy allows: remove some"
        own = f"count([key | some key, _ in own_labels; {_NOT_THE_PLATFORMS}]) > {most}"
        return f"{name} := [{quoted(said)} | {own}]"


def _tag(key: str) -> str:
    return member("c.tags", key)
