"""Value patterns: a portable subset of regular expressions, their languages and what clouds make of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagward.patterns.automaton import Language, anything, of_glob, of_pattern, of_values
    from tagward.patterns.charsets import CLOUDS, legal_key, legal_value
    from tagward.patterns.iam import Globs, glob_language, iam_globs
    from tagward.patterns.matching import compile_pattern
    from tagward.patterns.refusals import PatternError
    from tagward.patterns.satisfiability import (
        legal_example,
        satisfiable,
        satisfiable_on,
        satisfiable_on_values,
    )
    from tagward.patterns.syntax import body, parse

__all__ = [
    "CLOUDS",
    "Globs",
    "Language",
    "PatternError",
    "anything",
    "body",
    "compile_pattern",
    "glob_language",
    "iam_globs",
    "legal_example",
    "legal_key",
    "legal_value",
    "of_glob",
    "of_pattern",
    "of_values",
    "parse",
    "satisfiable",
    "satisfiable_on",
    "satisfiable_on_values",
]

_HOME = {
    "automaton": ("Language", "anything", "of_glob", "of_pattern", "of_values"),
    "charsets": ("CLOUDS", "legal_key", "legal_value"),
    "iam": ("Globs", "glob_language", "iam_globs"),
    "matching": ("compile_pattern",),
    "refusals": ("PatternError",),
    "satisfiability": ("legal_example", "satisfiable", "satisfiable_on", "satisfiable_on_values"),
    "syntax": ("body", "parse"),
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
