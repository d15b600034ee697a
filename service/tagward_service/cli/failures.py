"""From an exception to a message on standard error and an exit code; no traceback for what a user can fix."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from tagward.errors import PolicyError, TagwardError
from tagward_service.cli.exits import Exit
from tagward_service.cli.terminal import chosen_color, never_fail_to_encode, wants_color


def guarded(run: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run a command and turn whatever goes wrong into an exit code."""
    never_fail_to_encode(sys.stdout, sys.stderr)
    try:
        code = run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return Exit.BROKEN_PIPE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except TagwardError as error:
        report(error, color=wants_color(sys.stderr, chosen_color(arguments)))
        return Exit.USAGE
    except OSError as error:
        _forget_output()
        what = f"`{error.filename}`: " if error.filename else ""
        complain(f"{what}{(error.strerror or str(error)).lower()}", color=False)
        return Exit.USAGE
    except Exception as error:  # the last line of defence
        return _bug(error)
    return code


def report(error: TagwardError, *, color: bool) -> None:
    """Show an error on standard error: a policy's with its source lines, any other in one line."""
    if isinstance(error, PolicyError):
        show_diagnostics(error, color=color)
    else:
        complain(str(error), color=color)


def show_diagnostics(error: PolicyError, *, color: bool) -> None:
    """Show every diagnostic of a policy, and how many there are."""
    from tagward.diagnostics import render

    for diagnostic in error.diagnostics:
        sys.stderr.write(render(diagnostic, color=color) + "\n")
    errors = sum(diagnostic.severity == "error" for diagnostic in error.diagnostics)
    complain(f"the policy has {errors} error{'' if errors == 1 else 's'}", color=color)


def complain(message: str, *, color: bool, label: str = "error") -> None:
    """Write one labelled message to standard error, harmless for a terminal."""
    from tagward.diagnostics import printable

    style = "\x1b[1;31m" if label == "error" else "\x1b[1;36m"
    shown = f"{style}{label}:\x1b[0m" if color else f"{label}:"
    body = "\n".join(printable(line) for line in message.split("\n"))
    sys.stderr.write(f"{shown} {body}\n")


def _bug(error: Exception) -> int:
    if os.environ.get("TAGWARD_DEBUG"):
        import traceback

        traceback.print_exception(error)
    complain(f"this is a bug in tagward: {type(error).__name__}: {error}", color=False)
    complain(
        "please report it; run again with TAGWARD_DEBUG=1 for the traceback to put in the report",
        color=False,
        label="help",
    )
    return Exit.BUG


def _forget_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter's last flush cannot fail."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
