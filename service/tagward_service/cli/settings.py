"""Which value an option has, and from where: flag, then environment, then file, then policy, then default."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.cli.options import CONFIG, Option

HIGHEST_PORT = 65_535

_PASSWORD = re.compile(r"(://[^/@:\s]*):[^/@\s]*@")
"""The password in a URL."""

_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")


class Setting(Struct, frozen=True):
    """The value of an option, as strings, and its origin."""

    option: Option
    values: tuple[str, ...]
    origin: str


class Settings:
    """The settings of one run, by the name of the option."""

    def __init__(self, settings: Iterable[Setting]) -> None:
        self._settings = {setting.option.name: setting for setting in settings}

    def __contains__(self, name: object) -> bool:
        return name in self._settings

    def text(self, name: str) -> str | None:
        """Return the value of an option, None where nothing set it."""
        values = self._settings[name].values
        return values[-1] if values else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return every value of an option that may be given several times."""
        return self._settings[name].values

    def flag(self, name: str) -> bool:
        """Say whether a flag is set."""
        return self.text(name) == "true"

    def number(self, name: str) -> int:
        """Return a whole number, 0 or more; raises UsageError for what is none."""
        text = self.text(name) or ""
        if not text.isascii() or not text.isdigit():
            raise UsageError(f"{self.origin(name)}: `{text}` is not a whole number")
        return int(text)

    def port(self, name: str) -> int:
        """Return the number of a port; raises UsageError for what is none."""
        number = self.number(name)
        if number > HIGHEST_PORT:
            raise UsageError(f"{self.origin(name)}: ports end at {HIGHEST_PORT}")
        return number

    def day(self, name: str) -> date:
        """Return a day, today in UTC where nothing set it; raises UsageError for what is none."""
        text = self.text(name)
        if text is None:
            return datetime.now(UTC).date()
        try:
            if len(text) != len("YYYY-MM-DD") or "W" in text:
                raise ValueError  # fromisoformat knows weeks, and days without dashes, too
            return date.fromisoformat(text)
        except ValueError:
            setting = self._settings[name]
            raise UsageError(f"{setting.origin}: `{text}` is not a day; write it like 2026-11-21") from None

    def origin(self, name: str) -> str:
        """Say where the value of an option came from."""
        return self._settings[name].origin

    def supply(self, name: str, value: str, origin: str) -> None:
        """Give an option that nothing has set a value."""
        setting = self._settings[name]
        if not setting.values or setting.origin == "default":
            self._settings[name] = Setting(setting.option, (value,), origin)

    def table(self) -> list[tuple[str, str, str]]:
        """List name, value and origin of every setting; secrets and passwords are not shown."""
        return [
            (name, _shown(setting) or "-", setting.origin) for name, setting in sorted(self._settings.items())
        ]


def _shown(setting: Setting) -> str:
    if setting.option.secret and setting.values:
        return "(not shown)"
    return _PASSWORD.sub(r"\1:***@", ", ".join(setting.values))


def resolve(options: Sequence[Option], arguments: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """Find the value of every option; raises UsageError for one that is not among the choices.

    Where CONFIG is among the options, the file that it names is the weakest of those who set something.
    """
    filed = _filed(options, arguments, environ)
    return Settings(_checked(_resolved(option, arguments, environ, filed)) for option in options)


def _filed(
    options: Sequence[Option], arguments: argparse.Namespace, environ: Mapping[str, str]
) -> Mapping[str, Setting]:
    file = _resolved(CONFIG, arguments, environ, {}) if CONFIG in options else None
    if file is None or not file.values:
        return {}
    from tagward_service.cli.settings_file import read_settings

    return read_settings(file.values[0], file.origin, options)


def _resolved(
    option: Option,
    arguments: argparse.Namespace,
    environ: Mapping[str, str],
    filed: Mapping[str, Setting],
) -> Setting:
    given: str | list[str] | None = getattr(arguments, option.name, None)
    if given is not None:
        return Setting(option, (given,) if isinstance(given, str) else tuple(given), option.long)
    text = environ.get(option.variable, "").strip()
    if text:
        values = tuple(text.replace(",", " ").split()) if option.many else (text,)
        return Setting(option, values, f"${option.variable}")
    default = Setting(option, (option.default,) if option.default else (), "default")
    return filed.get(option.name, default)


def _checked(setting: Setting) -> Setting:
    if setting.option.flag:
        return _switch(setting)
    choices = setting.option.choices
    for value in setting.values:
        if choices and value not in choices:
            raise UsageError(_no_choice(setting.origin, value, choices))
    return setting


def _switch(setting: Setting) -> Setting:
    text = setting.values[0].lower() if setting.values else "false"
    if text in _YES:
        return Setting(setting.option, ("true",), setting.origin)
    if text in _NO:
        return Setting(setting.option, ("false",), setting.origin)
    raise UsageError(f"{setting.origin}: `{text}` is neither true nor false")


def _no_choice(origin: str, value: str, choices: tuple[str, ...]) -> str:
    from tagward.diagnostics import did_you_mean, quoted

    guess = did_you_mean(value, choices)
    hint = f"did you mean `{guess}`?" if guess else f"choose from {', '.join(choices)}"
    return f"{origin}: {quoted(value)} is not accepted; {hint}"
