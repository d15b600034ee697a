"""What an unquoted YAML text means: the YAML 1.2 core schema, and the one Kubernetes uses."""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_CORE_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_KUBERNETES_WORDS: dict[str, Scalar] = {
    **_CORE_WORDS,
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_NUMBER_STARTS = frozenset("0123456789+-.")

# Leading zeros are refused as numbers: 012345678901 is an account id, and 12345678901 is another one.
_CORE_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_CORE_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_CORE_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 40

_GO_INT = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_GO_BASES = {2: 16, 3: 2, 4: 8, 5: 10}
_GO_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_GO_DECIMAL = 20
_LONGEST_GO_NUMBER = 1000


def core_scalar(text: str) -> Scalar:
    """Read an unquoted text by the YAML 1.2 core schema; digits with a leading zero stay text."""
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    if text[0] not in _NUMBER_STARTS or len(text) > _LONGEST_NUMBER:
        return text
    if _CORE_INT.fullmatch(text):
        return int(text)
    if _CORE_OTHER_BASE.fullmatch(text):
        return int(text, 0)
    return float(text) if _CORE_FLOAT.fullmatch(text) else text


def kubernetes_scalar(text: str) -> Scalar:
    """Read an unquoted text as Kubernetes does: ``on`` and ``y`` are booleans, dates are text.

    Source: the resolver of sigs.k8s.io/yaml (goyaml.v2/resolve.go).
    """
    if text in _KUBERNETES_WORDS:
        return _KUBERNETES_WORDS[text]
    if text[0] not in _NUMBER_STARTS or len(text) > _LONGEST_GO_NUMBER:
        return text
    plain = text if text[0] == "." else text.replace("_", "")
    match = _GO_INT.fullmatch(plain)
    number = _go_integer(match) if match else None
    if number is not None:
        return number
    return _go_float(plain, text)


def _go_integer(match: re.Match[str]) -> int | None:
    group = match.lastindex or 0
    digits, base = match[group], _GO_BASES[group]
    if base == 10 and len(digits) > _LONGEST_GO_DECIMAL:
        return None
    number = int(match[1] + digits, base)
    fits = -(2**63) <= number < (2**63 if match[1] else 2**64)
    return number if fits or base in (16, 2) else None


def _go_float(plain: str, text: str) -> Scalar:
    if not _GO_FLOAT.fullmatch(plain):
        return text
    number = float(plain)
    return text if number in (float("inf"), float("-inf")) else number
