"""What a scan tells while it runs."""

from typing import Protocol

from tagward_service.scan.interface import Part


class Progress(Protocol):
    """Somebody who watches a scan."""

    def planned(self, parts: int, done: int) -> None:
        """Hear how many parts there are, and how many an earlier attempt has done."""
        ...

    def began(self, part: Part) -> None:
        """Hear that a part is being read."""
        ...

    def judged(self, resources: int) -> None:
        """Hear of more resources."""
        ...

    def ended(self, part: Part, why: str | None) -> None:
        """Hear that a part is done, or why it is not."""
        ...

    def waits(self, part: Part, why: str) -> None:
        """Hear that a part will be tried again, and why."""
        ...


class Silent:
    """Nobody watches."""

    def planned(self, parts: int, done: int) -> None:
        """Ignore it."""

    def began(self, part: Part) -> None:
        """Ignore it."""

    def judged(self, resources: int) -> None:
        """Ignore it."""

    def ended(self, part: Part, why: str | None) -> None:
        """Ignore it."""

    def waits(self, part: Part, why: str) -> None:
        """Ignore it."""
