"""Policies written for a test: loaded, or refused with the places that the test marks with `⟦` and `⟧`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from tagward.diagnostics import Diagnostic
from tagward.errors import PolicyError
from tagward.loader import load
from tagward.policy import Policy

DAY = date(2026, 11, 21)
HEADER = "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: p}\n"

Mark = tuple[int, int, int]
"""Line, column and length, counted as diagnostics do."""


def unmarked(text: str) -> tuple[str, list[Mark]]:
    """Take the marks out of a text; return it and where they were, in order."""
    lines: list[str] = []
    marks: list[Mark] = []
    for number, line in enumerate(text.split("\n"), 1):
        plain = ""
        begins: list[int] = []
        for character in line:
            if character == "⟦":
                begins.append(len(plain))
            elif character == "⟧":
                start = begins.pop()
                marks.append((number, start + 1, len(plain) - start))
            else:
                plain += character
        lines.append(plain)
    return "\n".join(lines), sorted(marks)


class Policies:
    """A folder of policy files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        """Write a file beside the policy."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(
        self, body: str, files: Mapping[str, str] | None = None, *, header: str = HEADER, as_of: date = DAY
    ) -> Policy:
        """Load a policy with the usual header; `files` that end in .yaml get it too."""
        for name, text in (files or {}).items():
            self.write(name, HEADER + text if name.endswith(".yaml") else text)
        return load(self.write("p.yaml", header + body), as_of=as_of)

    def refused(
        self, body: str, files: Mapping[str, str] | None = None, *, header: str = HEADER, as_of: date = DAY
    ) -> tuple[Diagnostic, ...]:
        """Return the diagnostics of a policy that must not load."""
        with pytest.raises(PolicyError) as caught:
            self.load(body, files, header=header, as_of=as_of)
        return caught.value.diagnostics

    def check_marks(
        self, body: str, said: list[str], files: Mapping[str, str] | None = None, *, header: str = HEADER
    ) -> tuple[Diagnostic, ...]:
        """Demand one diagnostic at each mark, and no other; `said` are parts of what each must say."""
        plain, marks = unmarked(header + body)
        found = self.refused(plain.removeprefix(unmarked(header)[0]), files, header=unmarked(header)[0])
        assert [(one.line, one.column, one.length) for one in found] == marks, [one.headline for one in found]
        for one, expected in zip(found, said, strict=True):
            assert expected in "\n".join((one.message, one.hint or "", ", ".join(one.accepted)))
            assert one.source is not None
        return found
