"""A plan of tag writes, as a person reviews it: YAML, one entry a tag, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml
from msgspec import Struct

from tagward.errors import UsageError

MOST_BYTES = 256 * 1024 * 1024

Confidence = Literal["certain", "proposed"]
CERTAIN: Confidence = "certain"
PROPOSED: Confidence = "proposed"

_HEAD = """\
# Tag writes that `tagward fix plan` proposes, and what it has no proposal for.
# Delete the entries that shall not be done, then run `tagward fix apply` with this file. A tag that has
# another value than `old` by then is left as it is (null: there is no such tag).
# certain: the policy itself says so. proposed: somebody has to know that it is right.
# Where there is a `command`, `tagward fix apply` cannot write the tag, and this does.
"""


class Write(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One tag of one resource: `old` is what it was when it was scanned, None where it was not there.

    `command` is what writes it where `tagward fix apply` cannot.
    """

    resource: str
    cloud: str
    type: str
    account: str
    region: str
    key: str
    old: str | None
    new: str
    confidence: Confidence
    why: str
    command: str = ""


class Left(Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that nothing is proposed for."""

    resource: str
    finding: str
    why: str


class PolicyName(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy by which values were chosen."""

    name: str
    version: str
    sha256: str


class Plan(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """What is to be written, sorted by resource and key; `scans` are those that found it."""

    api_version: Literal["tagward/v1"] = "tagward/v1"
    kind: Literal["FixPlan"] = "FixPlan"
    policy: PolicyName
    as_of: date
    scans: Sequence[int]
    writes: Sequence[Write]
    left: Sequence[Left] = ()


def text(plan: Plan) -> str:
    """Write a plan as YAML."""
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    body = yaml.dump(msgspec.to_builtins(plan), Dumper=dumper, sort_keys=False, allow_unicode=True, width=110)
    return _HEAD + body


def read(path: Path) -> Plan:
    """Read a plan; raises UsageError for what is none, and OSError."""
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise UsageError(
            f"`{path}` is larger than {MOST_BYTES >> 20} MiB: plan less at a time, as by `--account`"
        )
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        plan = msgspec.convert(yaml.load(content, Loader=loader), Plan)  # noqa: S506  (a safe loader)
    except yaml.YAMLError as error:
        raise UsageError(f"`{path}` cannot be read: {' '.join(str(error).split())}") from None
    except msgspec.ValidationError as error:
        raise UsageError(f"`{path}` is no plan of `tagward fix plan`: {_said(error)}") from None
    _each_once(plan, path)
    return plan


def _said(error: Exception) -> str:
    told = str(error)
    return f"{told[:1].lower()}{told[1:]}"


def _each_once(plan: Plan, path: Path) -> None:
    seen: set[tuple[str, str]] = set()
    for write in plan.writes:
        if (write.resource, write.key) in seen:
            raise UsageError(
                f"`{path}`: `{write.key}` of `{write.resource}` is written twice; keep one of them"
            )
        seen.add((write.resource, write.key))
