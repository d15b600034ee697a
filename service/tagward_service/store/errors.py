"""What can go wrong with a store, told to the person who must act."""

from tagward.errors import TagwardError, UsageError


class StoreError(TagwardError):
    """A store that cannot be opened, read or written."""


class BusyError(StoreError):
    """Another process writes what this one wanted to write."""


class LostError(StoreError):
    """Another process took over the scan that this one was writing: its lease had run out."""


class QueryError(UsageError):
    """A question that cannot be answered as it was asked."""
