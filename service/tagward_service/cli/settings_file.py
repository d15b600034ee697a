"""A file of settings: a YAML mapping from the names of options to their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import PolicyError, UsageError
from tagward.reading.yaml_reader import Document, read_mapping
from tagward_service.cli.options import CONFIG, SHOW_CONFIG, Option
from tagward_service.cli.settings import Setting

_STARTER = "write a setting on each line: `admission-port: 8443`"
_SCALARS = (str, int, float)


def read_settings(file: str, origin: str, options: Sequence[Option]) -> Mapping[str, Setting]:
    """Read the settings of a file, by the names of their options. Raises UsageError."""
    try:
        document = read_mapping(Path(file).read_bytes(), file, "a file of settings", _STARTER)
    except PolicyError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(
            f"{origin}: cannot read {quoted(file)}: {(error.strerror or 'failed').lower()}"
        ) from None
    ours = [each for each in options if each not in (CONFIG, SHOW_CONFIG)]
    known = {name[2:]: each for each in ours for name in (each.long, each.also) if name}
    return {each.option.name: each for each in _settings(document, known)}


def _settings(document: Document, known: Mapping[str, Option]) -> Iterator[Setting]:
    for key, value in document.data.items():
        place = f"{document.file}:{document.key_mark((key,)).line}"
        option = known.get(key.replace("_", "-"))
        if option is None:
            guess = did_you_mean(key, known)
            hint = f"did you mean `{guess}`?" if guess else f"there are: {', '.join(known)}"
            raise UsageError(f"{place}: there is no setting {quoted(key)}; {hint}")
        yield Setting(option, _values(option, value, f"{place}: {quoted(key)}"), place)


def _values(option: Option, value: Any, place: str) -> tuple[str, ...]:
    """Write a value as it would be given as a flag: `TAG: VALUE` of a mapping is TAG=VALUE."""
    if option.many and isinstance(value, list):
        return tuple(_text(each, place) for each in value)
    if option.many and isinstance(value, dict):
        return tuple(f"{key}={_text(each, place)}" for key, each in value.items())
    return (_text(value, place),)


def _text(value: Any, place: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, _SCALARS):
        raise UsageError(f"{place} is one value, not a list, a mapping or nothing")
    return str(value)
