"""Facts as a custom constraint can ask for them: what labels can hold, and which projects can be told."""

import re

from tagward.globs import is_literal, split
from tagward.judging.values import is_blank
from tagward.patterns import PatternError, compile_pattern, legal_value, satisfiable_on
from tagward_generators.facts import Blank, Fact, Fits, OneOf, Placed, Slot, ValueLike
from tagward_generators.gcp_org_policy.shortening import shortened
from tagward_generators.logic import FALSE, TRUE, Expression, Not, Unsayable, every, negate, some

PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
"""The id of a project, with the domain in front where it was made for one."""

ROOM = 600
"""Characters that a list of values may take in a condition of 1,000."""

FOLDED = {"ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ", "ffi": "ﬃ", "ffl": "ﬄ", "s": "\u017f", "ss": "ß", "st": "ﬅﬆ"}
"""Lower-case letters that mean others when case does not count, as it does not for placeholders."""

MOST_FOLDED = 5


def said(leaf: Fact | Not) -> Expression:
    """Say a fact, or a negated one, of labels that Google Cloud accepts."""
    return negate(_said(leaf.fact)) if isinstance(leaf, Not) else _said(leaf)


def _said(fact: Fact) -> Expression:
    match fact:
        case Blank(slot, words):
            return OneOf(slot, blanks(words))
        case OneOf(slot, values):
            return _one_of(slot, tuple(value for value in values if _legal(value)))
        case ValueLike(patterns):
            possible = tuple(filter(_possible, patterns))
            return ValueLike(possible) if possible else FALSE
        case Placed("account", globs):
            return _in_projects(globs)
        case _:
            return fact


def blanks(words: tuple[str, ...]) -> tuple[str, ...]:
    """List the labels that say nothing: the empty one, and the placeholders in every spelling."""
    folded = frozenset(words)
    spelled = (text for word in words for text in _spellings(word) if _legal(text) and is_blank(text, folded))
    return ("", *dict.fromkeys(text for text in spelled if text))


def _spellings(word: str) -> tuple[str, ...]:
    """List what folds to a word; one that is nothing but such letters would have no end of spellings."""
    if not word:
        return ("",)
    if word.count("s") + word.count("f") > MOST_FOLDED:
        return (word,)
    begun = [(word[:1], word[:1]), *((plain, letter) for plain in FOLDED for letter in FOLDED[plain])]
    return tuple(
        letter + rest
        for plain, letter in begun
        if word.startswith(plain)
        for rest in _spellings(word[len(plain) :])
    )


def _legal(value: str) -> bool:
    return legal_value("gcp", value) is None


def _one_of(slot: Slot, values: tuple[str, ...]) -> Expression:
    if not values:
        return FALSE
    if sum(len(value) + 4 for value in values) <= ROOM:
        return OneOf(slot, values)
    pattern, length = shortened(values, ROOM)
    if length is None:
        return Fits(slot, pattern)
    why = (
        f"{len(values)} values are more than a condition can hold: one that begins with the first "
        f"{length} characters of any of them passes"
    )
    return every(Fits(slot, pattern), Unsayable(why))


def _possible(pattern: str) -> bool:
    """Say whether a label can have such a value, to be on the safe side where that is hard to tell."""
    try:
        return satisfiable_on(pattern, "gcp") or compile_pattern(pattern)("")
    except PatternError:
        return True


def _in_projects(globs: tuple[str, ...]) -> Expression:
    including, excluding = split(globs)
    inside = some(*map(_in_project, including)) if including else TRUE
    return every(inside, *(negate(_in_project(glob)) for glob in excluding))


def _in_project(glob: str) -> Expression:
    """Say that a resource is in a project; accounts of other clouds are numbers, and no project's id."""
    if glob[:1].isdigit() and ":" not in glob:
        return FALSE
    if is_literal(glob):
        return Placed("account", (glob,)) if PROJECT.fullmatch(glob) else FALSE
    return Unsayable(f"a policy is set on projects one by one: `{glob}` names no single one")
