"""Decoding that fails in one way only: with an InputError that says where and why."""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import DecodeError

from tagward.errors import InputError
from tagward_service.sources.interface import Content

FAILURES = (DecodeError, UnicodeDecodeError, RecursionError)
"""Whatever a decoder raises for content that is not what it should be."""


@contextmanager
def refusing(file: str, what: str, content: Content, instead: str) -> Iterator[None]:
    """Turn whatever a decoder of `content` raises into an InputError about `what` in `file`."""
    try:
        yield
    except FAILURES as error:
        if "truncated" in str(error):
            why = f"{what} ends in the middle of the JSON, at byte {len(content)}"
            raise InputError(file, why, instead) from error
        raise refusal(error, file, what, instead) from error


def refusal(error: Exception, file: str, what: str, instead: str | None = None) -> InputError:
    """Return the InputError for a failure to decode `what`."""
    return InputError(file, f"{what} cannot be read: {_reason(error)}", instead)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "a text is not valid UTF-8"
    text = str(error)
    return text if text.startswith("JSON") else text[:1].lower() + text[1:]
