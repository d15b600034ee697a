"""Keys that are a tag's key misspelt, as a regular expression: what `judging.spelling` calls near."""

from __future__ import annotations

from collections.abc import Iterable

from tagward.judging.spelling import SHORTEST_FOR_EDITS
from tagward_generators.kubernetes.names import prefixed

_SEPARATORS = "-_./"
"""Those that a label key may hold."""


def variables(keys: Iterable[str]) -> dict[str, str]:
    """Name the variable that holds the expression of each key."""
    return prefixed("near", keys)


def plain(text: str) -> str:
    """Write CEL that strips a key of case and separators."""
    return f"{text}.lowerAscii()" + "".join(f'.replace("{each}", "")' for each in _SEPARATORS)


def misspelt(key: str) -> str:
    """Match the stripped keys that differ from a key by one edit at most."""
    return f"^(?:{'|'.join(dict.fromkeys(_edits(_stripped(key))))})$"


def is_misspelt(key: str, text: str, variable: str) -> str:
    """Write CEL that asks whether a text is a key misspelt; the long expression costs most and comes late."""
    close = f"size(t) - {len(_stripped(key))} in [-1, 0, 1]"
    near = f"[{plain(text)}].exists(t, {close} && t.matches(variables.{variable}))"
    return f"{near} && !({text} in variables.known)"


def _stripped(key: str) -> str:
    return key.lower().translate(str.maketrans("", "", _SEPARATORS))


def _edits(word: str) -> list[str]:
    """List the word and what one edit makes of it; words that are too short are other words then."""
    if len(word) < SHORTEST_FOR_EDITS:
        return [word]
    any_or_none = ".?" if len(word) > SHORTEST_FOR_EDITS else "."
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    changed = [f"{left}{any_or_none}{right[1:]}" for left, right in halves if right]
    swapped = [f"{left}{right[1]}{right[0]}{right[2:]}" for left, right in halves if len(right) > 1]
    return [*changed, *swapped, *(f"{left}.{right}" for left, right in halves)]
