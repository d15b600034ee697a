"""The parameters of questions about scans and findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tagward.findings import SEVERITIES
from tagward.policy import CLOUDS
from tagward_service.api.queries import Day, Text, Word
from tagward_service.store.dispute_interface import DisputeState, DisputesWanted
from tagward_service.store.interface import SORTS, Life, Wanted

MOST = 1000
"""So many findings or scans make the longest page."""
LARGEST = 2**63 - 1

Number = Annotated[int, Field(ge=1, le=LARGEST)]
Limit = Annotated[int, Field(ge=1, le=MOST, description="So many at a time.")]
_CURSOR = re.compile(r"[A-Za-z0-9_=-]*")
SortName = Literal[
    "id", "first_seen", "last_seen", "severity", "code", "tag", "account", "type", "resource_id",
    "-id", "-first_seen", "-last_seen", "-severity", "-code", "-tag", "-account", "-type", "-resource_id",
]  # fmt: skip
Cloud = Literal["aws", "azure", "gcp", "kubernetes"]
Severity = Literal["info", "warning", "error"]


def _cursor(text: str) -> str:
    if not _CURSOR.fullmatch(text):
        raise ValueError("take it as it was given, out of `next`")
    return text


def _words(what: str) -> object:
    return Field(max_length=100, description=f"Only those of this {what}; repeat it for several.")


class ScansQuery(BaseModel):
    """Which scans, the newest first."""

    model_config = ConfigDict(extra="forbid")

    cloud: Annotated[Cloud | None, Field(description="Only scans of this cloud.")] = None
    limit: Limit = 100


class NoQuery(BaseModel):
    """No parameter at all."""

    model_config = ConfigDict(extra="forbid")


class FindingsQuery(BaseModel):
    """Which findings: AND between parameters, OR inside one that is repeated."""

    model_config = ConfigDict(extra="forbid")

    life: Annotated[
        list[Life], Field(max_length=3, description="`open`, `exempt` or `resolved`; repeat it for several.")
    ] = [Life.OPEN]
    cloud: Annotated[list[Cloud], Field(max_length=4, description="Only those of this cloud.")] = []
    account: Annotated[list[Word], _words("account, subscription or project")] = []
    region: Annotated[list[Word], _words("region")] = []
    namespace: Annotated[list[Word], _words("namespace")] = []
    service: Annotated[list[Word], _words("service")] = []
    type: Annotated[list[Word], _words("type, as `aws:ec2:instance`")] = []
    code: Annotated[list[Word], _words("finding code, as `TW001`")] = []
    tag: Annotated[list[Word], _words("tag of the policy")] = []
    severity: Annotated[list[Severity], Field(max_length=3, description="Only those so severe.")] = []
    text: Annotated[Text, Field(description="A part of the resource's id or name, case aside.")] = ""
    seen_in: Annotated[Number | None, Field(description="The scan that saw them last.")] = None
    opened_in: Annotated[Number | None, Field(description="The scan that saw them first, or anew.")] = None
    resolved_in: Annotated[Number | None, Field(description="The scan that saw them no more.")] = None
    sort: Annotated[SortName, Field(description="What to sort by; `-` turns it round.")] = "id"
    limit: Limit = 100
    cursor: Annotated[
        str | None,
        Field(max_length=2048, description="Where to go on: `next` of the page before."),
        AfterValidator(_cursor),
    ] = None
    format: Annotated[
        Literal["json", "csv", "parquet"] | None,
        Field(description="`csv` and `parquet` export all findings; else as the header `accept` says."),
    ] = None

    def wanted(self, policy: str) -> Wanted:
        """Say what is asked for in the words of a store."""
        return Wanted(
            policy=policy,
            life=self.life or [Life.OPEN],
            clouds=self.cloud,
            accounts=self.account,
            regions=self.region,
            namespaces=self.namespace,
            services=self.service,
            types=self.type,
            codes=self.code,
            tags=self.tag,
            severities=self.severity,
            text=self.text,
            seen_in=self.seen_in,
            opened_in=self.opened_in,
            resolved_in=self.resolved_in,
        )

    def of_pages(self) -> Sequence[str]:
        """Name the parameters that were given and are of use for pages only."""
        return sorted(self.model_fields_set & {"sort", "limit", "cursor"})


class DisputesQuery(BaseModel):
    """Which disputes, the newest first: AND between parameters, OR inside one that is repeated."""

    model_config = ConfigDict(extra="forbid")

    team: Annotated[
        list[Word],
        Field(
            max_length=100,
            description="Only those of this team, or that gave it costs; repeat it for several.",
        ),
    ] = []
    state: Annotated[
        list[DisputeState],
        Field(max_length=5, description="Only those in this state; repeat it for several."),
    ] = []
    limit: Limit = 100
    cursor: Annotated[
        str | None,
        Field(max_length=2048, description="Where to go on: `next` of the page before."),
        AfterValidator(_cursor),
    ] = None

    def wanted(self, policy: str) -> DisputesWanted:
        """Say what is asked for in the words of a store."""
        return DisputesWanted(policy, self.team, self.state)


class CoverageQuery(BaseModel):
    """Coverage of what, by what."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day = None
    by: Annotated[
        list[Word],
        Field(
            max_length=10,
            description="`cloud`, `account`, `region`, `service`, `type` or `tag:ID`; repeat it for several.",
        ),
    ] = ["account"]


class ReadinessQuery(BaseModel):
    """Readiness for which threshold."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day = None
    min: Annotated[
        float | None,
        Field(ge=0, le=100, description="The percent that makes ready; else the policy says."),
    ] = None


assert {sort.removeprefix("-") for sort in get_args(SortName)} == set(SORTS)
assert get_args(Cloud) == CLOUDS
assert get_args(Severity) == SEVERITIES
