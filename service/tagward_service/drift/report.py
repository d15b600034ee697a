"""What a comparison came to."""

from typing import Literal

from msgspec import Struct

from tagward_generators.deciding.rulings import Undecided
from tagward_generators.deciding.sentences import Telling
from tagward_service.drift.sides import NotRead

State = Literal["same", "different", "missing", "extra", "detached"]
"""missing: compiled today and not on the other side; extra: there, and not compiled any more;
detached: there, and attached to nothing."""

ASTRAY: tuple[State, ...] = ("missing", "extra", "detached")
"""What is not where it should be."""


class ObjectState(Struct, frozen=True):
    """One policy, definition or constraint, by name."""

    name: str
    state: State


class Unjudged(Struct, frozen=True):
    """Something that differs and that nothing here can evaluate; `side` is where it is so."""

    side: Literal["was", "now", "both"]
    undecided: Undecided


class TargetDrift(Struct, frozen=True):
    """How one target differs. `cut`: there are more differences than were looked for.

    `unread`: not everything could be read, so nothing was compared.
    """

    target: str
    objects: tuple[ObjectState, ...]
    tellings: tuple[Telling, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    requests: int = 0
    cut: bool = False
    unread: bool = False

    @property
    def drifted(self) -> bool:
        """Say whether something decides differently, may do so, or is not where it should be."""
        astray = any(each.state in ASTRAY for each in self.objects)
        return bool(astray or self.tellings or self.unjudged)

    @property
    def reworded(self) -> bool:
        """Say whether some text differs."""
        return any(each.state != "same" for each in self.objects)


class DriftReport(Struct, frozen=True):
    """How two sides differ; `deployed` says that one of them is what is in force."""

    was: str
    now: str
    targets: tuple[TargetDrift, ...]
    not_read: tuple[NotRead, ...] = ()
    notes: tuple[str, ...] = ()
    deployed: bool = False

    @property
    def drifted(self) -> bool:
        """Say whether anything drifted."""
        return any(each.drifted for each in self.targets)

    @property
    def reworded(self) -> bool:
        """Say whether some text differs."""
        return any(each.reworded for each in self.targets)

    @property
    def empty(self) -> bool:
        """Say whether there was nothing to compare on either side."""
        return not any(each.objects or each.unread for each in self.targets)
