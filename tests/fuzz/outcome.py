"""What a run promises, whatever it was given: outputs that are well formed and that no terminal acts on."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from datetime import date
from xml.etree import ElementTree

from tagward.errors import InputError
from tagward.policy import Policy
from tagward_service.lint import Outcome, lint
from tagward_service.outputs import FORMATS, Format, Style, renderer
from tagward_service.report import Report
from tagward_service.sources.interface import Reading

_COMMAND = re.compile(r"::(?:error|warning|notice) ")


def is_harmless(text: str) -> bool:
    """Say whether text holds nothing that a terminal acts on or hides, but for line ends."""
    return all(line.isprintable() for line in text.split("\n"))


def judged(policy: Policy, readings: Iterable[Reading | InputError], as_of: date) -> Outcome:
    """Judge what was read and check everything that comes out."""
    outcome = lint(policy, readings, as_of=as_of)
    for error in outcome.errors:
        assert error.what
    summary = outcome.report.summary
    states = summary.compliant, summary.violating, summary.unknown, summary.exempt
    assert sum(states) == summary.taggable <= summary.resources
    for name in FORMATS:
        check_output(name, rendered(outcome.report, name))
    return outcome


def rendered(report: Report, name: Format) -> str:
    """Write a report in a format."""
    stream = io.StringIO()
    renderer(name, Style())(report, stream)
    return stream.getvalue()


def check_output(name: Format, text: str) -> None:
    """Check what a format promises."""
    text.encode()
    match name:
        case "json" | "sarif" | "gitlab":
            json.loads(text)
        case "junit":
            ElementTree.fromstring(text)
            assert is_harmless(text), text
        case "github":
            assert is_harmless(text), text
            assert all(_COMMAND.match(line) for line in text.split("\n") if line.startswith("::")), text
        case "text":
            assert is_harmless(text), text
            assert not any(line.lstrip().startswith("::") for line in text.split("\n")), text
        case "markdown":
            # The output itself puts a space of no width behind an `@`, so that nobody is called.
            assert is_harmless(text.replace("\u200b", "")), text
            assert len(text) < 65_536
