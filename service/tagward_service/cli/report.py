"""`tagward report`: the dashboard as one HTML file."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.outputs import write_text
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.showing import config_shown
from tagward_service.cli.store_options import STORE, opened_to_read, store_url

if TYPE_CHECKING:
    from tagward_service.web.board import Board

HTML = options.Option(name="html", metavar="FILE", help="where the report goes; `-` is standard output")
OPTIONS = (
    options.POLICY,
    STORE,
    HTML,
    options.AS_OF,
    options.CONFIG,
    options.COLOR,
    options.QUIET,
    options.SHOW_CONFIG,
)

_DESCRIPTION = """\
Write what the dashboard shows, readiness, gaps, tags and teams, as one HTML file: it loads nothing and runs
nothing, so that it can be mailed, kept and printed. Costs are those that `tagward coverage --billing` and
`tagward showback` remembered with --keep."""

_EXAMPLES = """\
examples:
  tagward report --html readiness.html
  tagward report --html - --store postgresql://tagward@db/tagward > readiness.html
"""


def parser() -> Parser:
    """Build the parser of `tagward report`."""
    codes = explained(Exit.CLEAN, Exit.USAGE, Exit.NOTHING)
    built = Parser("report", "--html FILE [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Write the report, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    if config_shown(settings, store_url):
        return Exit.CLEAN
    file = settings.text("html")
    if not file:
        raise UsageError("missing `--html FILE`; `-` is standard output")
    if find_spec("jinja2") is None or find_spec("vl_convert") is None:
        raise UsageError("`tagward report` needs an extra: pip install 'tagward[dashboard]'")
    board, report = _report(settings)
    write_text(report, None if file == "-" else file)
    sys.stdout.flush()
    return Exit.CLEAN if board.coverage.scans or board.costs or board.shares else Exit.NOTHING


def _report(settings: Settings) -> tuple[Board, str]:
    """Put the board and the file together."""
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
    with opened_to_read(settings) as store:
        from tagward_service.store.gap_interface import GapsWanted
        from tagward_service.web.building import build
        from tagward_service.web.whole_report import MOST_GAPS, whole_report

        board = build(store, policy, as_of)
        dearest = store.gaps.page(policy.name, GapsWanted(), "-cost", limit=MOST_GAPS)
        return board, whole_report(board, dearest)
