"""Answering what is asked of a store: each question opens it anew, which takes a few milliseconds."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import assert_never

import msgspec

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.api import store_answers as answers
from tagward_service.api.jobs import Done, Outcome, Refused
from tagward_service.api.store_jobs import (
    CoverageJob,
    DisputesJob,
    ExportJob,
    FindingsJob,
    ReadinessJob,
    ScanJob,
    ScansJob,
    StoreJob,
)
from tagward_service.coverage import json_coverage
from tagward_service.coverage.report import coverage
from tagward_service.exports.finding_rows import write
from tagward_service.showback import json_disputes
from tagward_service.store.errors import QueryError, StoreError
from tagward_service.store.existing import open_existing
from tagward_service.store.interface import Store
from tagward_service.web import asking as pages
from tagward_service.web.jobs import BoardJob, GapsExportJob, GapsJob, ListJob, OneJob


def ask(job: StoreJob, policy: Policy) -> tuple[Outcome, bytes]:
    """Ask a store; return what came of it, and the body of the answer."""
    try:
        with closing(open_existing(job.store)) as store:
            return _answered(store, job, policy)
    except StoreError as error:
        return Refused("store", str(error)), b""
    except OSError as error:
        return Refused("store", f"the export cannot be written: {(error.strerror or '').lower()}"), b""
    except UsageError as error:
        return _refused(job, error), b""


def _refused(job: StoreJob, error: UsageError) -> Refused:
    """Say what is wrong with a question."""
    if isinstance(job, ScanJob | OneJob):
        return Refused("not-found", str(error))
    return Refused(
        "parameters",
        str(error),
        parameter="cursor" if isinstance(job, FindingsJob | ListJob | DisputesJob) else "by",
    )


def _answered(store: Store, job: StoreJob, policy: Policy) -> tuple[Outcome, bytes]:
    match job:
        case ScansJob():
            found = store.scans(cloud=job.cloud, policy=policy.name, limit=job.limit)
            return Done(), msgspec.json.encode(answers.scans(found))
        case ScanJob():
            return _scan(store, job, policy)
        case FindingsJob():
            page = store.findings(job.wanted, sort=job.sort, limit=job.limit, cursor=job.cursor)
            return Done(next=page.cursor or ""), msgspec.json.encode(answers.findings(page))
        case ExportJob():
            write(store.every_finding(job.wanted), job.form, Path(job.path))
            return Done(), b""
        case CoverageJob():
            report = coverage(store, policy, job.as_of, job.by)
            return Done(), msgspec.json.encode(json_coverage.as_json(report))
        case ReadinessJob():
            return Done(), msgspec.json.encode(_readiness(store, job, policy))
        case DisputesJob():
            found_disputes = store.disputes.page(job.wanted, limit=job.limit, cursor=job.cursor)
            body = msgspec.json.encode(json_disputes.as_json(found_disputes))
            return Done(next=found_disputes.cursor or ""), body
        case BoardJob() | ListJob() | GapsJob() | GapsExportJob() | OneJob():
            return Done(), pages.answered(store, job, policy)
        case _:
            assert_never(job)


def _scan(store: Store, job: ScanJob, policy: Policy) -> tuple[Outcome, bytes]:
    """Show a scan, unless it is of another policy: nothing else here tells of those."""
    scan = store.scan(job.scan)
    if scan.policy_name != policy.name:
        raise QueryError(f"there is no scan {job.scan} by the policy in force")
    return Done(), msgspec.json.encode(answers.scan_details(store, scan))


def _readiness(store: Store, job: ReadinessJob, policy: Policy) -> answers.ServedReadiness:
    report = coverage(store, policy, job.as_of, (), threshold=job.threshold)
    summary = report.summary
    return answers.ServedReadiness(
        1,
        answers.named(policy),
        job.as_of,
        json_coverage.readiness_of(report),
        summary.coverage_percent,
        summary.taggable,
        summary.compliant,
        json_coverage.not_scanned_of(report),
    )
