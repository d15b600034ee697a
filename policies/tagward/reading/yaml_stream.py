"""The parse events of a YAML stream."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import yaml

# Each directive is compared with all before it, in time that grows with the square of their number.
MOST_DIRECTIVES = 100
_DIRECTIVE = re.compile(rb"(?:^|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])%TAG")


def event_reader(data: bytes) -> Callable[[], yaml.Event]:
    """Give a function that returns the next event each time; it raises yaml.YAMLError."""
    if hasattr(yaml, "CSafeLoader"):
        # The stubs say that there may be no next event; at the end there is an error instead.
        return cast("Callable[[], yaml.Event]", yaml.CSafeLoader(data).get_event)
    return _pure_reader(data)


def _pure_reader(data: bytes) -> Callable[[], yaml.Event]:
    loader: Any = yaml.SafeLoader(data)

    def next_event() -> yaml.Event:
        try:
            event: yaml.Event = loader.get_event()
        except (ValueError, OverflowError) as error:
            # The parser written in Python passes the number of an escape such as \UFFFFFFFF to chr as it is.
            raise yaml.MarkedYAMLError(
                problem="found invalid Unicode character escape code", problem_mark=loader.get_mark()
            ) from error
        return event

    return next_event


def has_too_many_directives(data: bytes) -> bool:
    """Tell whether the stream defines more tag prefixes than any honest file."""
    if data.count(b"%TAG") <= MOST_DIRECTIVES:
        return False
    return sum(1 for _ in _DIRECTIVE.finditer(data)) > MOST_DIRECTIVES
