"""What evaluation says: findings with stable codes, and the assessment of one resource."""

from enum import StrEnum

from msgspec import Struct

from tagward.resource import Resource


class Code(StrEnum):
    """The stable finding codes; each has a page in the documentation."""

    MISSING = "TW001"
    NOT_ALLOWED = "TW002"
    NO_MATCH = "TW003"
    MISSPELT = "TW004"
    BLANK = "TW005"
    UNKNOWN = "TW006"
    FORBIDDEN = "TW007"
    DEPRECATED = "TW008"
    NOT_PROPAGATED = "TW009"
    EXEMPTION = "TW010"
    TOO_MANY = "TW011"
    ILLEGAL = "TW012"


SEVERITY = {"deny": "error", "warn": "warning", "audit": "info"}
"""How loud a violation is in each mode."""

SEVERITIES = ("info", "warning", "error")
"""From quiet to loud."""


class Finding(Struct, frozen=True):
    """One thing to know about one resource.

    `status` is one of: violation (a rule does not hold), unknown (nobody can tell before the apply),
    exempt (a violation that an exemption covers), recommended (advice that does not count against the
    resource), notice (accepted, for now). `tag` is the id in the policy, `key` the key as found or as
    expected on that cloud; `value` is None where there is none or where it must not be shown; `source`
    says where the value came from, and `places` are where it is wrong.
    """

    code: Code
    rule: str
    tag: str
    key: str
    severity: str
    mode: str
    status: str
    message: str
    fix: str
    resource: Resource
    value: str | None = None
    source: str | None = None
    places: tuple[str, ...] = ()


class Status(StrEnum):
    """What an assessment comes to; exactly one for each resource."""

    COMPLIANT = "compliant"
    VIOLATING = "violating"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"
    UNTAGGABLE = "untaggable"
    UNTOLD = "untold"
    """The type is in no catalogue and the input does not say whether it takes tags."""


class Assessment(Struct, frozen=True):
    """The verdict on one resource."""

    resource: Resource
    status: Status
    findings: tuple[Finding, ...] = ()
