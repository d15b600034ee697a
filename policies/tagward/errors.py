"""Everything that can go wrong and that a user can put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagward.diagnostics import Diagnostic


class TagwardError(Exception):
    """A problem that its message explains to the person who caused it."""


class UsageError(TagwardError):
    """A command or a setting that cannot be carried out as written."""


class PolicyError(TagwardError):
    """A policy that cannot be used, with one diagnostic for each reason."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(diagnostics)
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)

    def __str__(self) -> str:
        return "\n".join(diagnostic.headline for diagnostic in self.diagnostics)


class InputError(TagwardError):
    """An input file that is not what was expected."""

    def __init__(self, file: str, what: str, instead: str | None = None, *, line: int | None = None) -> None:
        super().__init__(file, what, instead, line)
        self.file = file
        self.what = what
        """What the file is, or what is wrong with it."""
        self.instead = instead
        """How to get the right one."""
        self.line = line

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.what}" + (f"; {self.instead}" if self.instead else "")
