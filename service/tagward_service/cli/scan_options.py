"""The options that every `tagward scan` has."""

from __future__ import annotations

import re

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.settings import Settings

SNAPSHOTS = options.Option(
    name="snapshots",
    metavar="URL",
    help="where inventories are kept as Parquet: a folder, or s3://bucket/prefix and the like; "
    "beside the store if not given",
)
WORKERS = options.Option(name="workers", metavar="N", default="8", help="parts that are read at a time")
PER_ACCOUNT = options.Option(
    name="per_account", metavar="N", default="4", help="parts of one account that are read at a time"
)
TIME_BUDGET = options.Option(
    name="time_budget",
    metavar="TIME",
    help="end after so long, as 45m or 2h; the next run goes on",
)
SHARD = options.Option(
    name="shard", metavar="I/N", help="scan only the I-th of N shares of the accounts: 1/8 to 8/8"
)
FRESH = options.Option(
    name="fresh", flag=True, help="begin anew even if an interrupted scan could be gone on with"
)
KEEP_DAYS = options.Option(
    name="keep_days",
    metavar="N",
    default="400",
    help="forget scans, inventories and resolved findings that are older; 0 keeps everything",
)
PERMISSIONS = options.Option(
    name="print_permissions",
    flag=True,
    help="print what the scan must be allowed, and do nothing else",
)
FAIL_ON = options.Option(
    name="fail_on",
    choices=("error", "warning", "info", "never"),
    default="error",
    help="the severity from which open findings make the exit code 1",
)
ALLOW_EMPTY = options.Option(
    name="allow_empty", flag=True, help="an empty inventory is a pass, not exit code 3"
)

_UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(settings: Settings) -> float | None:
    """Return the time budget in seconds; raises UsageError for what is no time."""
    text = settings.text("time_budget")
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,6})([smh]?)", text)
    if not found:
        raise UsageError(f"{settings.origin('time_budget')}: {quoted(text)} is no time, like 45m or 2h")
    return int(found[1]) * _UNITS[found[2] or "s"]


def shard(settings: Settings) -> str:
    """Return the shard as `2/8`, or "" for everything; raises UsageError for one that cannot be."""
    text = settings.text("shard")
    if text is None:
        return ""
    found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise UsageError(f"{settings.origin('shard')}: {quoted(text)} is no shard, like 1/8 or 8/8")
    return f"{int(found[1])}/{int(found[2])}"


def at_least_one(settings: Settings, name: str) -> int:
    """Return a whole number from 1 on; raises UsageError."""
    number = settings.number(name)
    if number < 1:
        raise UsageError(f"{settings.origin(name)}: must be at least 1")
    return number
