"""The constructs a pattern may not use, in plain words, each with its portable spelling."""

from __future__ import annotations

import re


class PatternError(ValueError):
    """A refused pattern; `offset` counts characters from 0, `portable` is what to write in place."""

    def __init__(self, message: str, offset: int, portable: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.portable = portable

    def __reduce__(self) -> tuple[type[PatternError], tuple[str, int, str | None]]:
        return PatternError, (self.message, self.offset, self.portable)


SPECIAL = frozenset("\\^$.|?*+()[]{}")
UNPORTABLE_ESCAPES = frozenset("<>`'")  # anchors in GNU, Perl-like and Rust engines
DIFFERS = "does not mean the same in every engine"

ANCHOR_ESCAPES = {"A": "start of text", "z": "end of text", "Z": "end of text"}
CLASS_ESCAPES = {
    "d": ("a digit", "0-9"),
    "w": ("a word character", "0-9A-Za-z_"),
    "s": ("white space", " "),
    "h": ("horizontal white space", " "),
}
CONTROL_ESCAPES = frozenset("ntrfvae0")
CODE_ESCAPES = {"x": 2, "u": 4, "U": 8}
OTHER_ESCAPES = {
    "b": "a word boundary",
    "B": "a word boundary",
    "G": "a match position",
    "K": "a match reset",
    "R": "a line break",
    "N": "a named character",
    "X": "a character cluster",
    "C": "a single byte",
    "g": "a back-reference",
    "k": "a back-reference",
    "c": "a control character",
}
PROPERTY_CLASSES = {
    "Lu": "A-Z",
    "Upper": "A-Z",
    "Ll": "a-z",
    "Lower": "a-z",
    "L": "A-Za-z",
    "Alpha": "A-Za-z",
    "N": "0-9",
    "Nd": "0-9",
    "Digit": "0-9",
    "Alnum": "0-9A-Za-z",
}
POSIX_CLASSES = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "0-9A-Za-z",
    "upper": "A-Z",
    "lower": "a-z",
    "xdigit": "0-9A-Fa-f",
    "word": "0-9A-Za-z_",
    "space": " ",
    "blank": " ",
    "punct": "!-/:-@\\[-`{-~",
    "print": " -~",
    "graph": "!-~",
}
# Longest opening first: `(?<=` before `(?<`.
GROUPS: tuple[tuple[str, str, str | None, str], ...] = (
    ("(?:", "a group without capture", "(", "write `(`"),
    ("(?=", "a look-ahead", None, "write what the value may be instead"),
    ("(?!", "a look-ahead", None, "write what the value may be instead"),
    ("(?<=", "a look-behind", None, "write what the value may be instead"),
    ("(?<!", "a look-behind", None, "write what the value may be instead"),
    ("(?P<", "a named group", "(", "write `(`"),
    ("(?P=", "a back-reference", None, "write the text again"),
    ("(?<", "a named group", "(", "write `(`"),
    ("(?'", "a named group", "(", "write `(`"),
    ("(?>", "an atomic group", None, "write a plain group `( )`"),
    ("(?#", "a comment", None, "leave it out"),
    ("(?|", "a branch reset group", None, "write a plain group `( )`"),
)

FLAGS = re.compile(r"\(\?[A-Za-z^-]+[:)]")


def is_control(character: str) -> bool:
    """Tell whether a character is a control, a line separator or half of a surrogate pair."""
    return (
        character < " "
        or "\x7f" <= character <= "\x9f"
        or character in "\u2028\u2029"
        or "\ud800" <= character <= "\udfff"
    )


def escaped(character: str) -> str:
    """Spell a character so that it stands for itself."""
    return f"\\{character}" if character in SPECIAL else character


def refuse_control(character: str, offset: int) -> PatternError:
    """Refuse a raw control character."""
    return PatternError(
        f"a control character (U+{ord(character):04X}) cannot be in a tag value: leave it out", offset
    )


def refuse_escape(pattern: str, offset: int, in_class: bool) -> PatternError:
    """Refuse the escape at `offset`, whose letter or digit is not escaped punctuation."""
    letter = pattern[offset + 1 : offset + 2]
    if not letter:
        return PatternError(
            "nothing follows the last `\\`: write `\\\\` for the character itself", offset, "\\\\"
        )
    if letter.lower() in CLASS_ESCAPES:
        return _class_escape(letter, offset, in_class)
    if letter in ANCHOR_ESCAPES:
        text = f"`\\{letter}` ({ANCHOR_ESCAPES[letter]}) is not needed: a pattern is always a full match"
        return PatternError(text, offset, "")
    if letter in "pP":
        return _property(pattern, offset, in_class)
    if letter == "Q":
        return _quotation(pattern, offset)
    if letter in CODE_ESCAPES:
        return _code(pattern, offset)
    return _plain_escape(letter, offset)


def _class_escape(letter: str, offset: int, in_class: bool) -> PatternError:
    meaning, characters = CLASS_ESCAPES[letter.lower()]
    negated = letter.isupper()
    portable = None if negated else characters
    if not in_class:
        portable = f"[{'^' if negated else ''}{characters}]"
    advice = f"write `{portable}`" if portable else "list the characters instead"
    name = f"`\\{letter}` ({'not ' if negated else ''}{meaning})"
    return PatternError(f"{name} {DIFFERS}: {advice}", offset, portable)


def _property(pattern: str, offset: int, in_class: bool) -> PatternError:
    rest = pattern[offset + 2 :]
    name = rest[1:].partition("}")[0] if rest.startswith("{") else rest[:1]
    characters = PROPERTY_CLASSES.get(name) if pattern[offset + 1] == "p" else None
    portable = characters if in_class or not characters else f"[{characters}]"
    advice = f"write `{portable}`" if portable else "list the characters, such as `[A-Za-z]`"
    construct = pattern[offset : offset + 2] + (f"{{{name}}}" if rest.startswith("{") else name)
    return PatternError(f"`{construct}` (a Unicode property) {DIFFERS}: {advice}", offset, portable)


def _quotation(pattern: str, offset: int) -> PatternError:
    quoted = pattern[offset + 2 :].partition("\\E")[0]
    portable = "".join(map(escaped, quoted))
    return PatternError(f"`\\Q` (quoted text) {DIFFERS}: write `{portable}`", offset, portable)


def _code(pattern: str, offset: int) -> PatternError:
    width = CODE_ESCAPES[pattern[offset + 1]]
    digits = pattern[offset + 2 : offset + 2 + width]
    construct = pattern[offset : offset + 2 + width]
    try:
        character = chr(int(digits, 16)) if len(digits) == width else "\0"
    except (ValueError, OverflowError):
        character = "\0"
    portable = None if is_control(character) else escaped(character)
    advice = f"write `{portable}`" if portable else "write the character itself"
    return PatternError(f"`{construct}` (a character by its code) {DIFFERS}: {advice}", offset, portable)


def _plain_escape(letter: str, offset: int) -> PatternError:
    if letter in CONTROL_ESCAPES:
        return PatternError(
            f"`\\{letter}` is a control character, which cannot be in a tag value: leave it out", offset
        )
    if letter in "123456789":
        return PatternError(f"`\\{letter}` (a back-reference) {DIFFERS}: write the text again", offset)
    if letter in OTHER_ESCAPES:
        return PatternError(f"`\\{letter}` ({OTHER_ESCAPES[letter]}) {DIFFERS}: leave it out", offset)
    if is_control(letter):
        return refuse_control(letter, offset)
    return PatternError(f"`\\{letter}` {DIFFERS}: write `{letter}`", offset, letter)


def refuse_group(pattern: str, offset: int) -> PatternError:
    """Refuse the `(?` at `offset`."""
    for opening, name, portable, advice in GROUPS:
        if pattern.startswith(opening, offset):
            return PatternError(f"`{opening}` ({name}) {DIFFERS}: {advice}", offset, portable)
    if flags := FLAGS.match(pattern, offset):
        advice = "write both cases, such as `[Pp]rod`, where case does not matter"
        return PatternError(f"`{flags[0]}` (a flag) {DIFFERS}: {advice}", offset)
    return PatternError(f"`(?` opens a group that {DIFFERS}: write a plain group `( )`", offset)
