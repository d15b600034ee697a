"""What a source of a scan gives: parts of an inventory, their resources, and what could not be read."""

from collections.abc import Iterable, Mapping
from threading import Event
from typing import Protocol

from msgspec import Struct

from tagward.resource import Resource
from tagward_service.sources.interface import NotEvaluated

Found = Resource | NotEvaluated
"""One resource, or one thing that should have been read and was not (`incomplete` is set then)."""


_OF = " of "


class Part(Struct, frozen=True, order=True):
    """What is read in one go. A part is done or it is not: a resumed scan begins with the first that is not.

    The fields that a cloud has no word for are "": `account` is an account, subscription, project or
    cluster; `service` says which of its types this part holds, "" all of them.
    """

    account: str
    region: str = ""
    service: str = ""

    def only(self, services: Iterable[str]) -> "Part":
        """Return the part of this one that holds the types of some services, and all of them."""
        return Part(self.account, self.region, f"{self.service}{_OF}{','.join(services)}")

    def narrowed(self) -> "tuple[Part, frozenset[str]]":
        """Return what this part is `only` some of, and of which services; itself and none if it is whole."""
        whole, _, services = self.service.partition(_OF)
        return Part(self.account, self.region, whole), frozenset(services.split(",") if services else ())

    def __str__(self) -> str:
        """Name the part for people, as `111122223333 eu-west-1 ec2`."""
        return " ".join(filter(None, (self.account, self.region, self.service))) or "everything"


class ReadError(Exception):
    """Nobody could read a part, or the list of parts; `why` is for people, `retry` says that it may pass."""

    def __init__(self, why: str, *, retry: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.retry = retry


class ExpiredError(ReadError):
    """The credentials ended while reading: the scan stops where it is, and is resumed with fresh ones."""


class Permission(Struct, frozen=True):
    """A file that grants a scan what it reads and nothing else: an IAM policy, a role definition."""

    title: str
    content: str


class Source(Protocol):
    """Where resources exist: one cloud, with the credentials and the scope to scan it with.

    Everything may raise ReadError. `parts` comes in a stable order and says what is denied or left out as
    NotEvaluated; `read` gives resources as they come, page by page, never all of them at once, and ends
    early when `stop` is set. Sources are called by several threads at a time, each with another part.
    """

    cloud: str

    @property
    def scope(self) -> Mapping[str, str]:
        """Say what is scanned, as words to keep beside the scan (`{"organization": "o-abc"}`)."""
        ...

    def parts(self) -> Iterable[Part | NotEvaluated]:
        """List what there is to read."""
        ...

    def read(self, part: Part, stop: Event) -> Iterable[Found]:
        """Read a part."""
        ...
