"""Patterns and shell globs as RE2, for engines whose `matches` looks for a part: CEL and Rego."""

from collections.abc import Iterable

from tagward.globs import is_literal
from tagward.judging.housekeeping import KUBERNETES_DOMAINS, PLATFORM_PREFIXES
from tagward.patterns import body

SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def whole(pattern: str) -> str:
    """Anchor a portable pattern, so that it matches whole values only."""
    return f"^(?:{body(pattern)})$"


def of_words(words: Iterable[str]) -> str:
    """Match any of the words, in any case."""
    return f"^(?i:{'|'.join(map(quoted, words))})$"


def platform_keys(cloud: str) -> str:
    """Match the keys that a platform sets by itself (see `judging.housekeeping`)."""
    if cloud == "kubernetes":
        return f"^[^/]*(?:{'|'.join(map(quoted, KUBERNETES_DOMAINS))})/"
    return f"^(?i:{'|'.join(map(quoted, PLATFORM_PREFIXES[cloud]))})"


def of_globs(globs: Iterable[str]) -> str:
    """Match what any of the shell globs matches; none of them may be an excluding one.

    A glob also matches itself: `aws_instance.web[0]` is an address too.
    """
    options = dict.fromkeys(text for glob in globs for text in _spellings(glob))
    return f"^(?s:{'|'.join(options)})$"


def _spellings(glob: str) -> tuple[str, ...]:
    translated = _translated(glob)
    return (translated, quoted(glob)) if "[" in glob and not is_literal(glob) else (translated,)


def quoted(text: str) -> str:
    """Quote a text so that it matches nothing else."""
    return "".join(f"\\{char}" if char in SPECIAL else char for char in text)


def _translated(glob: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(glob):
        end = _closing(glob, at) if glob[at] == "[" else -1
        if end > 0:
            parts.append(_set(glob[at + 1 : end]))
            at = end
        else:
            parts.append({"*": ".*", "?": "."}.get(glob[at]) or quoted(glob[at]))
        at += 1
    return "".join(parts)


def _closing(glob: str, start: int) -> int:
    first = start + 2 if glob.startswith("!", start + 1) else start + 1
    return glob.find("]", first + 1)


def _set(inside: str) -> str:
    """Spell a character set; a range that runs backwards holds nothing."""
    negated = inside.startswith("!")
    members = _members(inside[negated:])
    if not members:
        return "(?s:.)" if negated else r"[^\x00-\x{10FFFF}]"
    return f"[{'^' if negated else ''}{members}]"


def _members(inside: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            low, high = inside[at], inside[at + 2]
            parts += [f"{_member(low)}-{_member(high)}"] if low <= high else []
            at += 3
        else:
            parts.append(_member(inside[at]))
            at += 1
    return "".join(parts)


def _member(character: str) -> str:
    return f"\\{character}" if character in "\\]^-[" else character
