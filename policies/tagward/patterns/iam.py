"""Lowering of patterns to AWS IAM `StringLike` globs, and what the globs let through."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tagward.patterns.automaton import Language, of_node
from tagward.patterns.globs import ANY, ONE, Glob
from tagward.patterns.lowering import lower
from tagward.patterns.nodes import ANY_CHARACTER, ANY_TEXT, Choice, Node, Sequence, literal, most_length
from tagward.patterns.refusals import PatternError
from tagward.patterns.satisfiability import legal_example
from tagward.patterns.syntax import parse

WILDCARDS: dict[str, Node] = {"*": ANY_TEXT, "?": ANY_CHARACTER}


class Globs(msgspec.Struct, frozen=True):
    """Globs for `StringLike`: `loosens` says what else they accept, None when they are exact."""

    values: tuple[str, ...]
    exact: bool
    loosens: str | None


def iam_globs(pattern: str, limit: int) -> Globs:
    """Lower a pattern to at most `limit` globs that accept each of its values that AWS takes.

    The globs are compared with the pattern on values that AWS takes as tag values. Raises PatternError when
    the pattern is refused.
    """
    node = parse(pattern)
    language = of_node(node)
    listed = _listed(node, language, limit)
    if listed is not None:
        return Globs(tuple(map(escape, listed)), exact=True, loosens=None)
    values = tuple(sorted(map(_text, lower(node, limit))))
    loosens = _loosens(values, language)
    return Globs(values, exact=loosens is None, loosens=loosens)


def glob_language(globs: Iterable[str]) -> Language:
    """Give the language of IAM globs: `*` any run, `?` one character, `${*}` `${?}` `${$}` the characters."""
    return of_node(Choice(tuple(map(_parse, globs))))


def escape(value: str) -> str:
    """Spell a value so that `StringLike` accepts nothing else."""
    return "".join(f"${{{character}}}" if character in "*?$" else character for character in value)


def _listed(node: Node, language: Language, limit: int) -> tuple[str, ...] | None:
    if most_length(node) is None:
        return None
    try:
        return language.values(limit)
    except PatternError:  # too complex to be listed, which the globs need not be
        return None


def _loosens(globs: tuple[str, ...], language: Language) -> str | None:
    try:
        example = legal_example(glob_language(globs).minus(language), "aws")
    except PatternError:
        return "accepts more than the pattern, which is too complex to be compared"
    return None if example is None else f"also accepts `{example}`"


def _text(glob: Glob) -> str:
    return "".join({ANY: "*", ONE: "?"}.get(token) or escape(token) for token in glob)


def _parse(glob: str) -> Node:
    parts: list[Node] = []
    at = 0
    while at < len(glob):
        if glob[at : at + 2] == "${" and glob[at + 3 : at + 4] == "}":
            parts.append(literal(glob[at + 2]))
            at += 4
        else:
            parts.append(WILDCARDS.get(glob[at]) or literal(glob[at]))
            at += 1
    return Sequence(tuple(parts))
