"""`tagward compile`: turn a policy into native guardrails, and say what they cannot express."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_generators import TARGETS, target
from tagward_generators.targets import Artifact, Compilation, CompileError, Grade, MissingExtraError
from tagward_service.cli import options
from tagward_service.cli.enforcement import fidelity_table
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.failures import complain
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy, take_given
from tagward_service.cli.settings import resolve
from tagward_service.cli.tables import aligned

TARGET = options.Option(
    name="target",
    short="-t",
    metavar="TARGET",
    many=True,
    help=f"what to compile for; all: {', '.join(TARGETS)}",
)
OUTPUT = options.Option(name="output", short="-o", metavar="DIR", help="where the files go; made if missing")
OPTIONS = (TARGET, OUTPUT, options.STRICT, options.POLICY, options.AS_OF, options.COLOR)

MOST_LISTED = 8
"""So many files of one kind are listed one by one."""

_DESCRIPTION = """\
Compile a policy into native guardrails: DIR/TARGET/... and DIR/manifest.json. The table printed says for
every rule how much of it a target can express: exact, weaker (and what slips through), or absent."""

_EXAMPLES = """\
examples:
  tagward compile -o guardrails/
  tagward compile pack:ml-platform -t aws-scp -o guardrails/ --strict
"""


def parser() -> Parser:
    """Build the parser of `tagward compile`."""
    codes = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE).replace(
        "findings at or above --fail-on", "--strict, and a rule is not exact"
    )
    built = Parser("compile", "[POLICY] [-t TARGET]... -o DIR", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("given", nargs="?", metavar="POLICY", help="a path or pack:NAME, as --policy")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Compile for every target, write the artifacts, and print the fidelity."""
    take_given(arguments)
    settings = resolve(OPTIONS, arguments, os.environ)
    named = tuple(dict.fromkeys(settings.texts("target")))
    names = named or tuple(TARGETS)
    for name in names:
        _known(name)
    directory = settings.text("output")
    if directory is None:
        raise UsageError("missing -o DIR; name the directory for the compiled files")
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of)
    compiled, failed = _compiled(names, policy, as_of, named)
    from tagward_service.cli.artifacts import write

    removed = write(compiled, policy, as_of, Path(directory))
    sys.stdout.write(summary(compiled, directory))
    for path in removed:
        sys.stdout.write(f"removed {Path(directory, path)}, which nothing makes any more\n")
    if failed:
        raise CompileError("\n".join(failed))
    exact = all(row.grade is Grade.EXACT for each in compiled for row in each.fidelity)
    return Exit.FINDINGS if settings.flag("strict") and not exact else Exit.CLEAN


def _compiled(
    names: Sequence[str], policy: Policy, as_of: date, named: Sequence[str]
) -> tuple[list[Compilation], list[str]]:
    """Compile for each target; one that cannot take the policy keeps no other from being compiled.

    Targets that nobody named are left out, with a note, where an extra that they need is not installed.
    """
    compiled, failed = [], []
    for name in names:
        try:
            compiled.append(target(name).compile(policy, as_of=as_of))
        except MissingExtraError as error:
            if name in named:
                failed.append(f"{name}: {error}")
            else:
                complain(f"{name} is left out: {error}", color=False, label="note")
        except CompileError as error:
            failed.append(f"{name}: {error}")
    if not compiled:
        raise CompileError("\n".join(failed))
    return compiled, failed


def summary(compiled: list[Compilation], directory: str) -> str:
    """Return the fidelity table, the files with their sizes, and the notes."""
    files = [row for each in compiled for row in _files(each, directory)]
    grades = Counter(row.grade.value for each in compiled for row in each.fidelity)
    counted = ", ".join(f"{grades[grade.value]} {grade.value}" for grade in Grade if grades[grade.value])
    text = f"{fidelity_table(compiled)}\nrules: {counted or 'none'}\n\n{aligned(files, indent='')}"
    notes = [f"{each.target}: {note}" for each in compiled for note in each.notes]
    changes = sorted({day for each in compiled for day in each.changes_on})
    if changes:
        notes.append(f"compile again on {', '.join(map(str, changes))}: the policy changes then")
    return text + ("\n" if notes else "") + "".join(f"note: {note}\n" for note in notes)


def _files(compilation: Compilation, directory: str) -> list[tuple[str, str, str]]:
    """List the files of a target with their sizes; many of one kind are summed up."""
    by_kind: dict[str, list[Artifact]] = {}
    for artifact in compilation.artifacts:
        by_kind.setdefault(artifact.kind, []).append(artifact)
    place = Path(directory, compilation.target)
    return [row for kind, made in by_kind.items() for row in _of_kind(place, kind, made)]


def _of_kind(place: Path, kind: str, made: list[Artifact]) -> list[tuple[str, str, str]]:
    if len(made) <= MOST_LISTED:
        return [(f"{place / each.path}", f"{len(each.content):,} characters", kind) for each in made]
    longest = max(len(each.content) for each in made)
    return [(f"{place}{os.sep}", f"{len(made)} files of at most {longest:,} characters", kind)]


def _known(name: str) -> None:
    if name not in TARGETS:
        guess = did_you_mean(name, TARGETS)
        hint = f"did you mean `{guess}`?" if guess else f"targets: {', '.join(TARGETS)}"
        raise UsageError(f"unknown target {quoted(name)}; {hint}")
