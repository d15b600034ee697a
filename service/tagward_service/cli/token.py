"""`tagward token`: make a token for the API."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward.reading.yaml_scalars import core_scalar
from tagward_service.api.tokens import ROLE_SETS, ROLES, entry, is_name, mint, read_tokens
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import resolve
from tagward_service.cli.writing import write_atomically

ROLE = options.Option(
    name="role",
    short="-r",
    choices=(*ROLE_SETS, *ROLES),
    many=True,
    help="what it is good for, once or several times: read sees the policy, findings and metrics; reader is "
    "read, operator is all",
)
EXPIRES = options.Option(name="expires", metavar="DATE", help="the last day on which it counts, YYYY-MM-DD")
TOKENS = options.Option(
    name="tokens", metavar="FILE", help="where its hash goes, for --api-tokens; else it is shown"
)
OPTIONS = (ROLE, EXPIRES, TOKENS, options.COLOR)

_DESCRIPTION = """\
Make a token for the API of `tagward serve`. It goes to standard output, this once: kept is only its hash,
in a file of lines NAME: {hash: "sha256:...", roles: [lint]}. To revoke a token, delete its line."""

_EXAMPLES = """\
examples:
  tagward token ci --role lint --tokens tokens.yaml
  tagward token on-call --role operator --expires 2027-06-30 --tokens tokens.yaml
  tagward token terraform --role read --role compile --tokens tokens.yaml
"""


def parser() -> Parser:
    """Build the parser of `tagward token`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("token", "NAME --role ROLE... [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("name", metavar="NAME", help="what the token is called, in the log too")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Make a token, show it, and keep its hash."""
    settings = resolve(OPTIONS, arguments, os.environ)
    name, roles, file = arguments.name, settings.texts("role"), settings.text("tokens")
    if not is_name(name):
        raise UsageError(f"{quoted(name)} is no name of a token; use letters, digits, `.`, `_` and `-`")
    if not roles:
        raise UsageError(
            "missing --role; say what the token is good for: reader, operator, read, lint or compile"
        )
    expires = settings.day("expires") if settings.text("expires") else None
    token = mint()
    line = _line(name, entry(token, sorted(set(roles)), expires))
    if file is None:
        sys.stderr.write(f"note: add this line to the file that --api-tokens names\n{line}")
    else:
        _keep(Path(file), name, line)
    sys.stdout.write(f"{token}\n")
    return Exit.CLEAN


def _line(name: str, described: dict[str, object]) -> str:
    key = name if isinstance(core_scalar(name), str) else json.dumps(name)
    return f"{key}: {json.dumps(described)}\n"


def _keep(path: Path, name: str, line: str) -> None:
    """Add a line to the file of tokens, unless one of that name is there. Raises UsageError."""
    before = ""
    if path.exists():
        if name in read_tokens(path).names:
            raise UsageError(f"{quoted(str(path))} has a token {quoted(name)}; delete its line to replace it")
        before = path.read_text(encoding="utf-8")
    gap = "" if before.endswith("\n") or not before else "\n"
    write_atomically(path, lambda stream: stream.write(before + gap + line))
