"""Which labels and values a CEL expression names: it is not parsed, its texts are looked at in order."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tagward_generators.deciding.regex_examples import examples

_TOKEN = re.compile(
    r"""(?P<raw>[rR](?:"(?P<rd>[^"\n]*)"|'(?P<rs>[^'\n]*)'))"""
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<matches>\.matches\s*\()"""
    r"""|(?P<in>\bin\b)"""
    r"""|(?P<other>\S)"""
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}


def vocabulary(expressions: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the keys that expressions ask for, each with the values named beside them."""
    found: dict[str, dict[str, None]] = {}
    for expression in expressions:
        for key, values in _of_expression(expression):
            found.setdefault(key, {}).update(dict.fromkeys(values))
    return {key: tuple(values) for key, values in found.items()}


def _of_expression(expression: str) -> Iterator[tuple[str, list[str]]]:
    """Give the values between keys to both: they stand behind their keys, or before them."""
    before: list[str] = []
    keys: list[str] = []
    after: list[str] = []
    for text, is_key, is_pattern in _texts(expression):
        if is_key and after:
            yield from ((key, [*after, *before]) for key in keys)
            before, keys, after = after, [], []
        if is_key:
            keys.append(text)
        elif keys:
            after += examples(text) if is_pattern else [text]
        else:
            before += examples(text) if is_pattern else [text]
    yield from ((key, [*after, *before]) for key in keys)


def _texts(expression: str) -> Iterator[tuple[str, bool, bool]]:
    """List the texts of an expression: each with whether it is a key, or a pattern."""
    tokens = list(_TOKEN.finditer(expression))
    for at, token in enumerate(tokens):
        if token["text"] is None and token["raw"] is None:
            continue
        before = tokens[at - 1] if at else None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        selected = before is not None and before[0] in "[?" and after is not None and after[0] == "]"
        is_key = (
            (selected and _indexes(tokens, at))
            or (after is not None and after["in"] is not None)
            or _is_looped_over(tokens, at)
        )
        yield _value(token), is_key, before is not None and bool(before["matches"])


def _is_looped_over(tokens: list[re.Match[str]], at: int) -> bool:
    """Say whether a text stands in a list that a macro goes through: `["a", "b"].exists(key, ...)`."""
    while at < len(tokens) and (tokens[at]["text"] or tokens[at]["raw"] or tokens[at][0] == ","):
        at += 1
    rest = "".join(token[0] for token in tokens[at : at + 2 + len("exists")])
    return bool(re.match(r"\]\.(?:exists|all|filter|map)", rest))


def _indexes(tokens: list[re.Match[str]], at: int) -> bool:
    """Say whether the bracket before a text selects from something, and does not begin a list."""
    bracket = at - 1 if tokens[at - 1][0] == "[" else at - 2
    before = tokens[bracket - 1][0] if bracket > 0 else ""
    return bool(re.fullmatch(r"[\w)\]]", before))


def _value(token: re.Match[str]) -> str:
    if token["raw"] is not None:
        return token["rd"] if token["rd"] is not None else token["rs"]
    return _ESCAPE.sub(_unescaped, token["text"][1:-1])


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _PLAIN.get(escape[3], escape[3])
