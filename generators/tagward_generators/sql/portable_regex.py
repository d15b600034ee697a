r"""Patterns and globs as regular expressions that every engine reads alike: RE2, Java's, Snowflake's.

Only literals, classes of listed characters, groups, counts, `^`, `$`, `\s` and `\S` are used. A text is
matched with a character put behind it, as `$` of Java also matches before a line break at the end.
"""

from __future__ import annotations

from collections.abc import Iterable

from tagward.patterns.intervals import EVERYTHING, Intervals, complement, intersection
from tagward.patterns.nodes import Characters, Choice, Node, Repeat, Sequence
from tagward.patterns.shell_glob import parse_glob
from tagward.patterns.syntax import parse

START, END = "\x1e", "\x1f"
"""What stands around each of several texts in one text; no key and no value of a tag holds them."""

MIDDLE = "\x1d"
"""What stands between a key and its value."""

BEHIND = "!"
"""What is put behind a text that is matched as a whole."""

NOT_MARKS = complement(((ord(START), ord(END)),))

SPACES = "\\s\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""The members of a class of white space, of ASCII and of Unicode; clouds take no other control characters."""

NEVER = START + START
"""Matches nothing: marks never stand next to each other in this order."""

SPECIAL = frozenset(r"\.+*?()|[]{}^$")
FOLDS = {"s": "\u017f", "k": "\u212a"}
"""The characters beyond ASCII that fold to one of ASCII."""


def whole(regex: str) -> str:
    """Match a text as a whole, once BEHIND is put behind it."""
    return f"^{regex}{BEHIND}$"


def of_pattern(pattern: str, allowed: Intervals = EVERYTHING) -> str:
    """Write a portable pattern, without anchors, of some characters."""
    return f"({_written(parse(pattern), allowed)})"


def of_globs(globs: Iterable[str], allowed: Intervals = EVERYTHING) -> str:
    """Write shell globs, without anchors; a glob matches itself too: `web[0]` is also a name."""
    options = [(_written(parse_glob(glob), allowed), quoted(glob)) for glob in globs]
    return f"({'|'.join(dict.fromkeys(text for each in options for text in each))})" if options else NEVER


def of_words(words: Iterable[str], *, any_case: bool = False) -> str:
    """Write words, without anchors."""
    spelled = (folded(word) if any_case else quoted(word) for word in words)
    return f"({'|'.join(spelled)})"


def blank(placeholders: Iterable[str]) -> str:
    """Write values that say nothing, without anchors: white space around nothing, or around a placeholder."""
    space = f"[{SPACES}]*"
    words = tuple(filter(None, placeholders))
    return f"{space}{of_words(words, any_case=True)}?{space}" if words else space


def folded(word: str) -> str:
    """Write a word in any case."""
    return "".join(_any_case(character) for character in word)


def _any_case(character: str) -> str:
    variants = {character, character.upper(), character.lower(), FOLDS.get(character, character)}
    single = sorted(each for each in variants if len(each) == 1)
    return quoted(character) if len(single) == 1 else f"[{''.join(map(_member, single))}]"


def quoted(text: str) -> str:
    """Write a text that matches nothing else."""
    return "".join(f"\\{character}" if character in SPECIAL else character for character in text)


def _written(node: Node, among: Intervals) -> str:
    """Write the tree of a pattern whose characters are among some."""
    match node:
        case Characters(allowed):
            return _class(intersection(allowed, among))
        case Sequence(parts):
            return "".join(_grouped(part, among) for part in parts)
        case Choice(options):
            return f"({'|'.join(_written(each, among) for each in options)})" if options else NEVER
        case Repeat(body, least, most):
            text = _written(body, among)
            atom = text if isinstance(body, Characters) else f"({text})"
            return f"{atom}{_count(least, most)}"


def _grouped(node: Node, among: Intervals) -> str:
    text = _written(node, among)
    return f"({text})" if isinstance(node, Choice) and len(node.options) > 1 else text


def _count(least: int, most: int | None) -> str:
    marks = {(0, None): "*", (1, None): "+", (0, 1): "?", (1, 1): ""}
    if (least, most) in marks:
        return marks[least, most]
    return f"{{{least}}}" if least == most else f"{{{least},{'' if most is None else most}}}"


def _class(allowed: Intervals) -> str:
    """Write a set of characters by its members or by what it leaves out, whichever is shorter."""
    if not allowed:
        return NEVER
    if allowed == EVERYTHING:
        return r"[\s\S]"
    if len(allowed) == 1 and allowed[0][0] == allowed[0][1]:
        return quoted(chr(allowed[0][0]))
    outside = complement(allowed)
    if outside and allowed[-1][1] == EVERYTHING[-1][1]:
        return f"[^{_members(outside)}]"
    return f"[{_members(allowed)}]"


def _members(intervals: Intervals) -> str:
    return "".join(
        _member(chr(low)) if low == high else f"{_member(chr(low))}-{_member(chr(high))}"
        for low, high in intervals
    )


def _member(character: str) -> str:
    return f"\\{character}" if character in r"\]^-[&~" else character
