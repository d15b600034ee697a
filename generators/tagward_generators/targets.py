"""What every compiler looks like: a policy in, artifacts and an honest account of their fidelity out."""

from datetime import date
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tagward.errors import TagwardError
from tagward.policy import Policy


class Grade(StrEnum):
    """How much of a rule a target can say."""

    EXACT = "exact"
    WEAKER = "weaker"
    ABSENT = "absent"


class Fidelity(Struct, frozen=True):
    """How one rule of one tag came through: `why` says what slips through, `covered_by` what catches it."""

    tag: str
    rule: str
    grade: Grade
    why: str = ""
    covered_by: str = ""


class Artifact(Struct, frozen=True):
    """One file to deploy; `path` is relative to the target's directory, `kind` is the platform's term."""

    path: str
    content: str
    kind: str


class Compilation(Struct, frozen=True):
    """Everything a target made of a policy; `changes_on` are the days on which it must be compiled again."""

    target: str
    artifacts: tuple[Artifact, ...]
    fidelity: tuple[Fidelity, ...]
    notes: tuple[str, ...] = ()
    changes_on: tuple[date, ...] = ()


class CompileError(TagwardError):
    """The target cannot take this policy: the message says what does not fit and what to drop."""


class MissingExtraError(CompileError):
    """The target needs packages that are not installed: the message says which extra has them."""


class Target(Protocol):
    """A compiler for one enforcement point."""

    name: str
    clouds: tuple[str, ...]
    """Whose resources it guards."""

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile the policy as it stands on a day; raises CompileError when it cannot fit."""
        ...
