"""Names of constraints and of their files: legal, short enough, and the same whatever else there is."""

import hashlib
import re

from msgspec import Struct

from tagward_generators.gcp_org_policy.projects import EVERYWHERE, Home

LONGEST = 62
"""Characters of a constraint's id, `custom.` included; documents differ, none says less."""


class Name(Struct, frozen=True):
    """What tells a constraint from the others of a policy; `part` counts from 1."""

    policy: str
    type: str
    dry_run: bool
    home: Home
    part: int

    @property
    def file(self) -> str:
        """Return how its files begin."""
        kind = re.findall("[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", " ".join(_halves(self.type)))
        return "-".join([self.policy, *map(str.lower, kind), *self._suffixes("dry-run", "in-{}", "{}")])

    @property
    def words(self) -> str:
        """Name the resources it is about, for people."""
        where = f" in {_spelled(self.home)}" if self.home != EVERYWHERE else ""
        return f"{self.type}{where}{f' ({self.part})' if self.part > 1 else ''}"

    @property
    def id(self) -> str:
        """Return the id: letters and digits behind `custom.`."""
        service, kind = _halves(self.type)
        rest = "".join([service.capitalize(), kind, *self._suffixes("DryRun", "In{}", "P{}")])
        return f"custom.{_fitting(_camel(self.policy), LONGEST - len('custom.') - len(rest))}{rest}"

    def _suffixes(self, dry_run: str, home: str, part: str) -> list[str]:
        return [
            *([dry_run] if self.dry_run else []),
            *([home.format(_digest(_spelled(self.home)))] if self.home != EVERYWHERE else []),
            *([part.format(self.part)] if self.part > 1 else []),
        ]


def _halves(resource_type: str) -> tuple[str, str]:
    service, _, kind = resource_type.partition("/")
    return service.partition(".")[0], kind


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(map(str.capitalize, rest))


def _fitting(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 4] + _digest(text)[:4]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _spelled(home: Home) -> str:
    return " ".join([*sorted(home.only or ()), *(f"!{project}" for project in sorted(home.never))])
