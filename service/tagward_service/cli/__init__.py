"""The command line of tagward; everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys

from tagward import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def entry() -> None:
    """Run one command as a process: end at once, as taking apart what a large plan left takes time."""
    import os

    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"tagward {__version__}\n")
        return 0
    from tagward_service.cli.dispatch import dispatch
    from tagward_service.cli.failures import guarded

    return int(guarded(dispatch, arguments))
