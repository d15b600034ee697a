"""Argument parsing with errors that say what was meant."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import NoReturn

from tagward.errors import UsageError
from tagward_service.cli.options import Option

_WIDTH = 100


class _Layout(argparse.RawDescriptionHelpFormatter):
    """The same help page on every terminal and Python version: `-f, --format FORMAT`."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34, width=_WIDTH)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return str(action.metavar)
        names = ", ".join(action.option_strings)
        return f"{names} {action.metavar}" if action.metavar else names


class Parser(argparse.ArgumentParser):
    """The parser of one command; it raises UsageError and leaves printing to the caller."""

    def __init__(self, command: str, usage: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=f"tagward {command}",
            usage=f"tagward {command} {usage}",
            description=description,
            epilog=epilog,
            formatter_class=_Layout,
            allow_abbrev=False,
        )

    def takes(self, options: Iterable[Option]) -> None:
        """Add options; their values stay strings until they are resolved with the environment."""
        for option in options:
            self._take(option)

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse arguments, options and positions in any order; raises UsageError."""
        parsed, extra = self.parse_known_intermixed_args(arguments)
        if extra:
            raise UsageError(self._not_understood(extra[0]))
        return parsed

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found wrong."""
        raise UsageError(f"{_plain(message)}; see `{self.prog} --help`")

    def _take(self, option: Option) -> None:
        names = [name for name in (option.short, option.also, option.long) if name]
        if option.flag:
            negation = f"--no-{option.long[2:]}"
            self.add_argument(
                *names, dest=option.name, action="store_const", const="true", help=option.described
            )
            self.add_argument(
                negation, dest=option.name, action="store_const", const="false", help=argparse.SUPPRESS
            )
            return
        self.add_argument(
            *names,
            dest=option.name,
            metavar=option.metavar or "|".join(option.choices),
            action="append" if option.many else "store",
            help=option.described,
        )

    def _not_understood(self, argument: str) -> str:
        from tagward.diagnostics import did_you_mean, quoted

        if not argument.startswith("-"):
            return f"unexpected argument {quoted(argument)}; see `{self.prog} --help`"
        known = [name for name in self._option_string_actions if name.startswith("--")]
        guess = did_you_mean(argument.partition("=")[0], known)
        hint = f"did you mean `{guess}`?" if guess else f"see `{self.prog} --help`"
        return f"unknown option {quoted(argument)}; {hint}"


def _plain(message: str) -> str:
    """Put an argparse message into our words."""
    message = message.replace("the following arguments are required: ", "missing ")
    return message.removeprefix("argument ")
