"""What a source gives: resources to judge, and what could not be read."""

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from tagward.policy import Workload
from tagward.resource import Resource


class Place(Struct, frozen=True):
    """Where the resources live, as far as the caller knows it; None means not known.

    `workloads` are kinds that run pods there and that the catalogue does not have.
    """

    account: str | None = None
    region: str | None = None
    namespace: str | None = None
    workloads: tuple[Workload, ...] = ()


class NotEvaluated(Struct, frozen=True):
    """Something that nobody judged, and why."""

    what: str
    why: str
    incomplete: bool = False
    """True when it should have been read and could not be: the exit code says so."""


class Reading(Struct, frozen=True):
    """What one input held. `kind` is the word for it (`Terraform plan`); resources come in source order."""

    file: str
    kind: str
    resources: Iterable[Resource]
    not_evaluated: tuple[NotEvaluated, ...] = ()


Content = bytes | memoryview
"""The whole input: bytes, or a view on a mapped file, which decoders read without a copy."""

Read = Callable[[Content, str, Place], Reading]
"""A source: content, the name of the file for messages, and the place; raises InputError."""

STDIN = Path("-")
