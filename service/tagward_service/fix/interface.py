"""What performs tag writes: one writer for each cloud, which reads before it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct


class Target(Struct, frozen=True, order=True):
    """A resource that tags are written to."""

    cloud: str
    account: str
    region: str
    id: str
    type: str = ""


class Change(Struct, frozen=True):
    """One tag: from a value to another; None is a tag that is not there."""

    target: Target
    key: str
    before: str | None
    after: str | None


class Refused(Struct, frozen=True):
    """A resource that cannot be read or written, and why."""

    why: str


class Failed(Struct, frozen=True):
    """A resource that was not written, and why; `unsure` says that it may have been all the same."""

    why: str
    unsure: bool = False


class Job(Struct, frozen=True):
    """What is written to one resource in one go; each tag was seen with its value `before`."""

    target: Target
    changes: tuple[Change, ...]

    @property
    def sets(self) -> dict[str, str]:
        """The tags that get a value."""
        return {each.key: each.after for each in self.changes if each.after is not None}

    @property
    def removes(self) -> tuple[str, ...]:
        """The keys that go away."""
        return tuple(each.key for each in self.changes if each.after is None)


class HaltError(Exception):
    """Nothing more can be written: the credentials are over, say."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Writer(Protocol):
    """Reads and writes tags of one cloud. Everything may raise HaltError.

    `chunk` is how many targets are read at a time; they are of one account and region. `batches` groups
    what may be written together; `write` says of each resource of a batch that was not written why.
    """

    chunk: int

    def current(self, targets: Sequence[Target]) -> Mapping[Target, Mapping[str, str] | Refused]:
        """Read the tags that some resources have now."""
        ...

    def batches(self, jobs: Sequence[Job]) -> Iterable[Sequence[Job]]:
        """Group jobs."""
        ...

    def write(self, batch: Sequence[Job]) -> Mapping[Target, Failed]:
        """Write a batch; return what failed."""
        ...
