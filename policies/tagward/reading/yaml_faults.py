"""YAML errors in plain words."""

from __future__ import annotations

from typing import Any

import yaml

from tagward.diagnostics import Diagnostic
from tagward.reading.source_text import SourceText

_TAB = ("a tab indents this line, and YAML allows only spaces there", "replace the tab by spaces")
_ESCAPE_HINT = "write a regular expression in single quotes, or double each backslash"

_WORDS: dict[str, tuple[str, str | None]] = {
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "mapping keys are not allowed in this context": ("a `?` key cannot begin here", "put the text in quotes"),
    "mapping values are not allowed in this context": (
        "a `:` cannot stand here",
        "put text that contains `: ` in quotes, or check the indentation of this line",
    ),
    "could not find expected ':'": (
        "the line before this one has no `:` after its key",
        "write `key: value`, or indent a text that goes on",
    ),
    "did not find expected key": (
        "expected a key here, or the end of the mapping that begins on line {context}",
        "check the indentation, and put a value that holds quotes or brackets in quotes as a whole",
    ),
    "did not find expected '-' indicator": (
        "expected `- ` here, or the end of the list that begins on line {context}",
        "check the indentation",
    ),
    "did not find expected ',' or ']'": (
        "the list that opens on line {context} is not closed: expected `,` or `]` here",
        None,
    ),
    "did not find expected ',' or '}'": (
        "the mapping that opens on line {context} is not closed: expected `,` or `}}` here",
        None,
    ),
    "did not find expected node content": ("expected a value here", None),
    "found unexpected end of stream": ("the quotes that open on line {context} are never closed", None),
    "found unexpected document indicator": ("the quotes that open on line {context} are never closed", None),
    "found unknown escape character": ("unknown escape in a double-quoted text", _ESCAPE_HINT),
    "did not find expected hexdecimal number": ("incomplete escape in a double-quoted text", _ESCAPE_HINT),
    "found invalid Unicode character escape code": (
        "this escape is not a character",
        "write the character itself",
    ),
    "did not find expected <document start>": (
        "the document ends before this: nothing may follow it",
        "check the indentation and the brackets above",
    ),
    "block sequence entries are not allowed in this context": (
        "a `- ` list cannot begin here",
        "begin the list on the next line, or put the text in quotes",
    ),
    "block mapping keys are not allowed in this context": ("a key cannot stand here", None),
    "found undefined tag handle": (
        "this is read as a YAML tag, and its prefix is not defined",
        "put text that begins with `!` in quotes",
    ),
    "found incompatible YAML document": ("this version of YAML is not supported", "remove the `%YAML` line"),
}
_STARTS = {
    "while scanning an alias": ("`*` begins an alias, and this is not one", "*"),
    "while scanning an anchor": ("`&` begins an anchor, and this is not one", "&"),
    "while scanning a tag": ("`!` begins a tag, and this is not one", "!"),
    "while parsing a tag": ("`!` begins a tag, and this is not one", "!"),
}


def explain(error: yaml.YAMLError, source: SourceText) -> Diagnostic:
    """Turn what the YAML parser raised into a diagnostic."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        reason = getattr(error, "reason", None) or error
        return source.diagnostic(1, 1, f"the file is not valid YAML: {reason}")
    context = getattr(error, "context_mark", None) or mark
    line, column = _within(source, context if getattr(error, "context", None) in _STARTS else mark)
    message, hint = _words(error, source, line, column)
    return source.diagnostic(line, column, message.format(context=context.line + 1), hint=hint)


def _within(source: SourceText, mark: Any) -> tuple[int, int]:
    # An error at the end of the file is marked on the line after the last one that says anything.
    end = len(source.text.rstrip(" \r\n"))
    return source.position(end) if mark.index >= end else (mark.line + 1, mark.column + 1)


def _words(error: Any, source: SourceText, line: int, column: int) -> tuple[str, str | None]:
    problem = str(error.problem)
    if problem.startswith("found character"):
        return _bad_start((source.line(line) or "")[column - 1 : column])
    if error.context in _STARTS:
        message, character = _STARTS[error.context]
        return message, f"put text that begins with `{character}` in quotes"
    if problem in _WORDS:
        return _WORDS[problem]
    return "not valid YAML: " + problem.replace("{", "{{").replace("}", "}}"), None


def _bad_start(character: str) -> tuple[str, str | None]:
    if character == "\t":
        return _TAB
    shown = character.replace("{", "{{").replace("}", "}}")
    return f"a value cannot begin with `{shown}`", "put the value in quotes"
