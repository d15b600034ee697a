"""`tagward store compact`: give back room that the store does not need any more."""

from __future__ import annotations

import argparse
import os
import sys

from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import resolve
from tagward_service.cli.store_options import STORE, find_policy, opened_to_read
from tagward_service.cli.store_status import size

OPTIONS = (STORE, options.POLICY, options.CONFIG)

_DESCRIPTION = """\
Give back room that the store does not need any more, after scans were forgotten. SQLite copies its file
for that, which needs as much room again, and nothing is written meanwhile; PostgreSQL does most of it by
itself."""

_EXAMPLES = """\
examples:
  tagward store compact --store tagward.db
"""


def parser() -> Parser:
    """Build the parser of `tagward store compact`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("store compact", "[options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Compact the store, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    find_policy(settings)
    with opened_to_read(settings) as store:
        before = store.about()
        store.compact()
        sys.stdout.write(f"{before.where}: {size(before.size)} before, {size(store.about().size)} now\n")
    return Exit.CLEAN
