"""Times as a store keeps them: microseconds since 1970, UTC."""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> int:
    """Return the time."""
    return time.time_ns() // 1000


def to_micros(moment: datetime) -> int:
    """Turn a time into what is kept; one without a time zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """Turn what is kept into a time."""
    return _EPOCH + timedelta(microseconds=micros)
