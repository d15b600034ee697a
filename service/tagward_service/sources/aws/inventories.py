"""Which inventories there are to list resources by, and what each place is left to read of its services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, get_args

from tagward_service.scan.interface import ExpiredError, ReadError
from tagward_service.sources.aws.config import Config
from tagward_service.sources.aws.explorer import Explorer
from tagward_service.sources.aws.listed import Inventory
from tagward_service.sources.aws.problems import Refused
from tagward_service.sources.aws.sessions import Sessions
from tagward_service.sources.interface import NotEvaluated

Choice = Literal["auto", "config", "explorer", "services"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

_MAKERS: Mapping[str, Callable[[Sessions], Inventory]] = {"config": Config, "explorer": Explorer}


class Inventories:
    """The inventories that may be used, the better one first, and why the others may not."""

    def __init__(self, sessions: Sessions, choice: Choice) -> None:
        self.usable: list[Inventory] = []
        self.missing: dict[str, str] = {}
        for name, make in _MAKERS.items():
            if choice in (name, "auto"):
                try:
                    self.usable.append(make(sessions))
                except Refused as refused:
                    self.missing[name] = refused.why
        if choice in self.missing:
            raise ReadError(f"--inventory {choice}: {self.missing[choice]}")

    def named(self, name: str) -> Inventory | None:
        """Return the inventory that a part is read by; None for one that is read of its service."""
        return next((each for each in self.usable if each.name == name), None)

    def best(self, account: str, region: str) -> tuple[str, frozenset[str]]:
        """Return the name of what lists a place, and the types that it lists there; "" and none without.

        One that may not be asked about a place, or does not answer, lists nothing of it: the services are
        read there instead.
        """
        for each in self.usable:
            try:
                types = each.covers(account, region)
            except ExpiredError:
                raise
            except (Refused, ReadError):
                continue
            if types:
                return each.name, types
        return "", frozenset()

    def notes(self) -> Iterator[NotEvaluated]:
        """Say which inventories are used, and which are not."""
        for each in self.usable:
            yield NotEvaluated(str(each), "lists what it covers; everything else is read of the services")
        for name, why in self.missing.items():
            yield NotEvaluated(f"--inventory {name}", f"not used: {why}")
