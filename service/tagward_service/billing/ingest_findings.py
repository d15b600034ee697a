"""What is wrong with the files of a bill, as things to know and to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from tagward_generators.sql.categories import CATEGORIES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class IngestFinding(Struct, frozen=True):
    """Something to know about a file: `code` is stable, `lines` says how many lines it is about."""

    code: str
    file: str
    message: str
    fix: str
    lines: int = 0


class Check(Struct, frozen=True):
    """A check of staged lines: `counted` sums up the lines that fail it."""

    code: str
    counted: str
    message: str
    fix: str


CHECKS = (
    Check(
        "unreadable-tags",
        "sum(unreadable)",
        "the tags are no JSON object, so that the lines count as untagged",
        "export the bill again, or tell who writes it: `Tags` is a JSON object in FOCUS",
    ),
    Check(
        "no-cost",
        "sum(unpriced)",
        "the billed or the effective cost is missing or no number, and counts as 0",
        "export the bill again with both costs",
    ),
    Check(
        "rounded-cost",
        "sum(rounded)",
        "a cost has more than 18 decimals and was rounded",
        "nothing to do: the difference is below one part in 10^18",
    ),
    Check(
        "no-period",
        "sum(lines) FILTER (period = '')",
        "neither the billing period nor the charge period can be read as a date",
        "write dates as 2026-05-01T00:00:00Z",
    ),
    Check(
        "unknown-category",
        f"sum(lines) FILTER (coalesce(charge_category, '') NOT IN {CATEGORIES})",
        "the charge category is none of FOCUS, so that the lines count as usage",
        "tell who writes the bill: it is Usage, Purchase, Tax, Credit or Adjustment",
    ),
    Check(
        "no-resources",
        "CASE WHEN count(resource_id) = 0 "
        "THEN sum(CASE WHEN charge_category = 'Usage' THEN lines ELSE 0 END) ELSE 0 END",
        "no usage names a resource, and what names none cannot be tagged unless the policy says so",
        'export the bill with `ResourceId`, or write `costs: {without_resource: ["*"]}` into the policy',
    ),
    Check(
        "unknown-provider",
        "sum(lines) FILTER (cloud = '')",
        "the provider is none that policies know, so that the lines are shown apart",
        "nothing to do: policies speak of AWS, Azure and Google Cloud",
    ),
)


def findings_of(file: str, relation: str, connection: DuckDBPyConnection) -> Iterator[IngestFinding]:
    """Check the staged lines of a file."""
    counted = ", ".join(each.counted for each in CHECKS)
    row = connection.execute(f"SELECT {counted} FROM {relation}").fetchone() or ()  # noqa: S608
    for check, lines in zip(CHECKS, row, strict=True):
        if lines:
            yield IngestFinding(check.code, file, check.message, check.fix, int(lines))


def duplicate(file: str, first: str) -> IngestFinding:
    """Say that a file is there twice."""
    message = f"has the same lines as `{first}` and is counted once"
    return IngestFinding("duplicate-file", file, message, "name one of them only")


def same_costs(file: str, other: str, lines: int) -> IngestFinding:
    """Say that two files tell the same costs in different ways, so that they are counted twice."""
    message = f"tells costs that `{other}` tells too, day by day, which are counted twice"
    fix = "name one of them only: of Azure either actual or amortized costs, or FOCUS, which has both"
    return IngestFinding("same-costs", file, message, fix, lines)


def restated(file: str, provider: str, account: str, period: str) -> IngestFinding:
    """Say that a period came again."""
    whose = " ".join(filter(None, (provider, account)))
    message = f"{period} of {whose} came before with other content; this one replaces it"
    return IngestFinding("restated-period", file, message, "nothing to do")


def foreign(file: str) -> IngestFinding:
    """Say that a file in a folder is no bill."""
    message = "is no bill, as it is empty or has no column of costs, and is passed over"
    return IngestFinding("foreign-file", file, message, "nothing to do, unless it should be a bill")


def no_lines(file: str) -> IngestFinding:
    """Say that a bill has columns, and nothing else."""
    return IngestFinding("no-lines", file, "has no lines", "nothing to do, unless it should have some")


def older_runs(file: str, files: int) -> IngestFinding:
    """Say that an export kept what it wrote before."""
    files_are = (
        "file of an earlier run of an export is" if files == 1 else "files of earlier runs of an export are"
    )
    message = f"{files:,} {files_are} passed over: the newest run of each period counts"
    return IngestFinding("older-run", file, message, "let exports overwrite what they wrote, or remove it")
