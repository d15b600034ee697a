"""`tagward diff`: say what guardrails would decide differently from those deployed, or compiled before."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy, take_given
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.terminal import wants_color
from tagward_service.cli.writing import write_atomically

if TYPE_CHECKING:
    from tagward_service.drift.report import DriftReport

FORMATS = ("text", "json")
SCOPED = ("azure", "gcp", "kubernetes")

TARGET = options.Option(
    name="target", short="-t", metavar="TARGET", many=True, help="what to compare; all that are compiled"
)
AGAINST = options.Option(
    name="against", metavar="DIR", help="compare with what `tagward compile` wrote to DIR before"
)
DEPLOYED = options.Option(
    name="deployed", flag=True, help="compare with what is deployed; standard SDK credentials apply"
)
FROM = options.Option(
    name="from", metavar="DIR", help="take what was compiled to DIR instead of compiling the policy"
)
SCOPE = options.Option(
    name="scope",
    metavar="CLOUD=WHERE",
    many=True,
    help="where to look: azure=/subscriptions/ID, gcp=organizations/ID, kubernetes=CONTEXT",
)
STRICT = options.Option(name="strict", flag=True, help="exit code 1 also when only the text differs")
OPTIONS = (
    TARGET,
    AGAINST,
    DEPLOYED,
    FROM,
    SCOPE,
    options.FORMAT,
    STRICT,
    options.POLICY,
    options.AS_OF,
    options.COLOR,
)

_DESCRIPTION = f"""\
Say in words what gets stricter or looser: what a policy compiles to today is asked the same requests as what
is deployed, or was compiled before. What cannot be evaluated is said, and counts as drift where it changed.

formats: {", ".join(FORMATS)}; every option can also be set as TAGWARD_<OPTION>."""

_EXAMPLES = """\
examples:
  tagward diff --against guardrails/
  tagward diff tagward.yaml -t aws-scp --deployed
  tagward diff -t kubernetes-vap --deployed --scope kubernetes=production
  tagward diff --from guardrails/ --against last-release/ -f text -f json=drift.json
"""


def parser() -> Parser:
    """Build the parser of `tagward diff`."""
    codes = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE)
    codes = codes.replace("clean", "no drift").replace("findings at or above --fail-on", "drift")
    usage = "[POLICY] (--against DIR | --deployed) [options]"
    built = Parser("diff", usage, _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("given", nargs="?", metavar="POLICY", help="a path or pack:NAME, as --policy")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Compare, write every output, and return the exit code."""
    take_given(arguments)
    settings = resolve(OPTIONS, arguments, os.environ)
    outputs = _outputs(settings.texts("format"))
    _one_side_each(settings, arguments)
    report = _report(settings)
    for name, file in outputs:
        _write(report, name, file, settings)
    return _code(report, strict=settings.flag("strict"))


def _one_side_each(settings: Settings, arguments: argparse.Namespace) -> None:
    """Raise UsageError unless it is clear what is compared with what."""
    if settings.flag("deployed") is (settings.text("against") is not None):
        raise UsageError("compare with what? Give one of `--against DIR` and `--deployed`")
    if settings.text("from") is not None and arguments.policy:
        raise UsageError("give a policy or `--from DIR`, not both")


def _report(settings: Settings) -> DriftReport:
    from tagward_generators import GUARDRAILS, target
    from tagward_service.drift.compiled import from_directory, from_policy
    from tagward_service.drift.drifting import against, against_deployed

    chosen = tuple(dict.fromkeys(settings.texts("target")))
    for name in chosen:
        target(name)
    directory, as_of = settings.text("from"), settings.day("as_of")
    policy = None if directory else load_policy(settings, as_of)
    now = (
        from_policy(policy, chosen or GUARDRAILS, as_of)
        if policy
        else from_directory(Path(directory or ""), chosen)
    )
    before = settings.text("against")
    if before is None:
        return against_deployed(now, policy, chosen, _scopes(settings.texts("scope")))
    return against(from_directory(Path(before), chosen), now, policy)


def _scopes(texts: tuple[str, ...]) -> dict[str, str]:
    """Read `CLOUD=WHERE`; raises UsageError."""
    scopes = dict(text.partition("=")[::2] for text in texts)
    for cloud, where in scopes.items():
        if cloud not in SCOPED or not where:
            clouds = ", ".join(f"{each}=..." for each in SCOPED)
            raise UsageError(f"`--scope {cloud}={where}` names no place; write one of {clouds}")
    return scopes


def _outputs(texts: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Read `FORMAT[=FILE]`; raises UsageError for an unknown format or two for standard output."""
    outputs = []
    for text in texts:
        name, equals, file = text.partition("=")
        if name not in FORMATS:
            raise UsageError(f"unknown format `{name}`; choose from {', '.join(FORMATS)}")
        if equals and not file:
            raise UsageError(f"`-f {text}` names no file; write it like `-f {name}=FILE`")
        outputs.append((name, file or None))
    if sum(file is None for _, file in outputs) > 1:
        raise UsageError("only one format can go to standard output; give the other a file: `-f json=FILE`")
    return outputs


def _write(report: DriftReport, name: str, file: str | None, settings: Settings) -> None:
    choice = settings.text("color") or "auto"
    if file is None:
        sys.stdout.write(_rendered(report, name, color=wants_color(sys.stdout, choice)))
        return
    text = _rendered(report, name, color=choice == "always")
    write_atomically(Path(file), lambda stream: stream.write(text))


def _rendered(report: DriftReport, name: str, *, color: bool) -> str:
    if name == "json":
        from tagward_service.drift.json_drift import render

        return render(report)
    from tagward_service.drift.text import text

    return text(report, color=color)


def _code(report: DriftReport, *, strict: bool) -> Exit:
    if report.not_read:
        return Exit.INCOMPLETE
    if report.drifted or (strict and report.reworded):
        return Exit.FINDINGS
    return Exit.NOTHING if report.empty else Exit.CLEAN
