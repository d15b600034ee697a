"""The policy that is in force: loaded anew when it changes, and the last good one kept when it breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from msgspec import Struct

from tagward.errors import TagwardError
from tagward.policy import Policy
from tagward_service.admission.review import Reviewer, Settings

Load = Callable[[date], Policy]
"""Reads the policy as it stands on a day; raises TagwardError or OSError."""


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class Condition(Struct, frozen=True):
    """How it stands with the policy: when it was loaded, and what is wrong with a newer one, if anything."""

    sha256: str = ""
    name: str = ""
    loaded: datetime | None = None
    fault: str = ""
    failures: int = 0


class LivePolicy:
    """Holds a reviewer for the policy and the day; nothing is lost while either changes."""

    def __init__(self, load: Load, settings: Settings, clock: Callable[[], datetime] = now) -> None:
        self._load = load
        self._settings = settings
        self._clock = clock
        self._reviewer: Reviewer | None = None
        self.condition = Condition()

    def refresh(self) -> bool:
        """Load the policy; say whether another one is in force now. A broken one changes nothing but that."""
        today = self._clock().date()
        try:
            policy = self._load(today)
        except (TagwardError, OSError) as error:
            failures = self.condition.failures + 1
            self.condition = Condition(
                self.condition.sha256, self.condition.name, self.condition.loaded, str(error), failures
            )
            return False
        is_new = policy.sha256 != self.condition.sha256
        if is_new or self.condition.fault:
            self.condition = Condition(
                policy.sha256, policy.name, self._clock(), failures=self.condition.failures
            )
        if is_new:
            self._reviewer = Reviewer(policy, today, self._settings)
        return is_new

    def left_out(self) -> Mapping[str, str]:
        """Return the tags that no default is filled in for, though there is one, and why."""
        return {} if self._reviewer is None else self._reviewer.filler.unfit

    def reviewer(self) -> Reviewer | None:
        """Return the reviewer for today; None where no policy could be loaded yet."""
        reviewer, today = self._reviewer, self._clock().date()
        if reviewer is not None and reviewer.day != today:
            reviewer = self._reviewer = Reviewer(reviewer.policy, today, self._settings)
        return reviewer
