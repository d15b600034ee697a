"""Which command was meant: the table of commands, and the root help page made of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tagward.errors import UsageError
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser


class Command(Protocol):
    """What every module of a command offers."""

    def parser(self) -> Parser:
        """Build the parser of the command's arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Carry the command out and return its exit code."""
        ...


def _init() -> Command:
    from tagward_service.cli import init

    return init


def _check() -> Command:
    from tagward_service.cli import check

    return check


def _lock() -> Command:
    from tagward_service.cli import lock

    return lock


def _test() -> Command:
    from tagward_service.cli import test

    return test


def _lint() -> Command:
    from tagward_service.cli import lint

    return lint


def _coverage() -> Command:
    from tagward_service.cli import coverage

    return coverage


def _readiness() -> Command:
    from tagward_service.cli import readiness

    return readiness


def _showback() -> Command:
    from tagward_service.cli import showback

    return showback


def _dispute(verb: str) -> Callable[[], Command]:
    def command() -> Command:
        from importlib import import_module

        found: Command = import_module(f"tagward_service.cli.dispute_{verb}")
        return found

    return command


def _report() -> Command:
    from tagward_service.cli import report

    return report


def _fix_plan() -> Command:
    from tagward_service.cli import fix_plan

    return fix_plan


def _fix_apply() -> Command:
    from tagward_service.cli import fix_apply

    return fix_apply


def _fix_undo() -> Command:
    from tagward_service.cli import fix_undo

    return fix_undo


def _compile() -> Command:
    from tagward_service.cli import compile as compile_command

    return compile_command


def _explain() -> Command:
    from tagward_service.cli import explain

    return explain


def _serve() -> Command:
    from tagward_service.cli import serve

    return serve


def _token() -> Command:
    from tagward_service.cli import token

    return token


def _diff() -> Command:
    from tagward_service.cli import diff

    return diff


def _webhook() -> Command:
    from tagward_service.cli import webhook

    return webhook


def _webhook_certs() -> Command:
    from tagward_service.cli import webhook_certs

    return webhook_certs


def _store_status() -> Command:
    from tagward_service.cli import store_status

    return store_status


def _store_forget() -> Command:
    from tagward_service.cli import store_forget

    return store_forget


def _store_compact() -> Command:
    from tagward_service.cli import store_compact

    return store_compact


def _scan(cloud: str) -> Callable[[], Command]:
    def command() -> Command:
        from tagward_service.cli.scan import ScanCommand

        return ScanCommand(cloud)

    return command


COMMANDS: dict[str, tuple[str, Callable[[], Command]]] = {
    "init": ("write a starter policy, CI snippets and a pre-commit entry", _init),
    "check": ("validate a policy and list what each cloud can enforce", _check),
    "lock": ("fetch and pin what a policy takes from elsewhere", _lock),
    "test": ("run unit tests of policies", _test),
    "lint": ("check Terraform plans and states, Kubernetes manifests, CloudFormation", _lint),
    "compile": ("compile a policy into native guardrails", _compile),
    "diff": ("say what gets stricter or looser against what is deployed", _diff),
    "coverage": ("say how much of what was scanned is compliant, and what to do", _coverage),
    "readiness": ("fail unless enough of what was scanned is compliant", _readiness),
    "showback": ("say what each team, project and workload type costs", _showback),
    "dispute open": ("keep that a team says costs are not theirs", _dispute("open")),
    "dispute list": ("list disputes, and what came of them", _dispute("list")),
    "dispute show": ("show one dispute with its history", _dispute("show")),
    "dispute decide": ("exclude, reassign or reject what a dispute is about", _dispute("decide")),
    "dispute withdraw": ("let a dispute go", _dispute("withdraw")),
    "report": ("write what the dashboard shows as one HTML file", _report),
    "fix plan": ("propose tag writes for what scans found, to be reviewed", _fix_plan),
    "fix apply": ("write the tags of a plan, and keep a journal", _fix_apply),
    "fix undo": ("take back what a journal says was written", _fix_undo),
    "explain": ("say why one resource is judged as it is", _explain),
    "scan aws": ("judge what exists in AWS accounts, and remember it", _scan("aws")),
    "scan azure": ("judge what exists in Azure subscriptions", _scan("azure")),
    "scan gcp": ("judge what exists in Google Cloud projects", _scan("gcp")),
    "scan kubernetes": ("judge what runs in Kubernetes clusters", _scan("kubernetes")),
    "store status": ("say what the store holds, and how big it is", _store_status),
    "store forget": ("forget what was scanned by mistake", _store_forget),
    "store compact": ("give back room that the store does not need any more", _store_compact),
    "serve": ("serve the Kubernetes admission webhook and the API", _serve),
    "token": ("make a token for the API", _token),
    "webhook config": ("tell the API server of the webhook", _webhook),
    "webhook certs": ("make and renew the certificate of the webhook", _webhook_certs),
}
"""Name of each command, what it does, and how to get at its module without importing the others."""


def dispatch(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names."""
    if not arguments:
        sys.stderr.write(root_help())
        return Exit.USAGE
    name, rest = arguments[0], arguments[1:]
    if name == "help" and rest:
        name, rest = rest[0], [*rest[1:], "--help"]
    if name in ("-h", "--help", "help"):
        sys.stdout.write(root_help())
        return Exit.CLEAN
    if rest and f"{name} {rest[0]}" in COMMANDS:
        name, rest = f"{name} {rest[0]}", rest[1:]
    if name not in COMMANDS:
        if rest[:1] in (["-h"], ["--help"]) and _family(name):
            sys.stdout.write(f"usage: tagward {name} WHAT ...\n\ncommands:\n{_listed(_family(name))}\n")
            return Exit.CLEAN
        raise UsageError(_no_such_command(name))
    command = COMMANDS[name][1]()
    try:
        parsed = command.parser().parse(rest)
    except SystemExit:
        return Exit.CLEAN
    return command.run(parsed)


def root_help() -> str:
    """Return the help page of `tagward` itself."""
    codes = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE)
    return (
        "usage: tagward COMMAND ...\n\n"
        "One YAML policy says which tags every cloud resource and workload must carry;\n"
        "tagward checks everything against it and compiles it into native guardrails.\n\n"
        f"commands:\n{_listed(COMMANDS)}\n\n"
        "options:\n  -h, --help     show this help, or that of a command: `tagward lint --help`\n"
        "  -V, --version  show the version\n\n"
        "examples:\n  terraform show -json plan.out | tagward lint -\n"
        "  tagward lint plan.json manifests/ -f text -f sarif=tagward.sarif\n"
        "  tagward compile -t aws-scp -o guardrails/\n\n"
        f"{codes}\n"
    )


def _listed(names: Iterable[str]) -> str:
    return "\n".join(f"  {name:<16} {COMMANDS[name][0]}" for name in names)


def _family(name: str) -> list[str]:
    """Return the commands that begin with a word: `scan aws`, `scan azure` ..."""
    return [command for command in COMMANDS if command.startswith(f"{name} ")]


def _no_such_command(name: str) -> str:
    from tagward.diagnostics import did_you_mean, quoted

    if family := _family(name):
        return f"`tagward {name}` needs to know what: {', '.join(family)}"
    what = "option" if name.startswith("-") else "command"
    guess = did_you_mean(name, [*COMMANDS, "--help", "--version"])
    hint = f"did you mean `{guess}`?" if guess else f"commands: {', '.join(COMMANDS)}"
    return f"unknown {what} {quoted(name)}; {hint}"
