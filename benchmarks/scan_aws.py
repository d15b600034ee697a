"""Scan a big organization on moto's server: everything planted is found, and nothing else; how long it takes.

`python -m benchmarks.scan_aws` plants and reads; with `--serve` it stays, with its plan in a file, so that
`tagward scan aws` can be run on it by hand. Planting goes straight into moto, reading over HTTP.
"""

import argparse
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import msgspec
from moto import mock_aws

from tagward.resource import Resource
from tagward_service.scan.interface import Part, Source
from tagward_service.sources.aws import source
from tagward_service.sources.interface import NotEvaluated
from tests.service.sources.aws.cloud.calls import Answer, Call, refusal
from tests.service.sources.aws.cloud.organization import (
    GOOD,
    NEVER,
    WRONG,
    Organization,
    Planted,
    organization,
)
from tests.service.sources.aws.cloud.server import ENVIRONMENT, Cloud, Fault, running

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
TYPES = (
    "aws:ec2:volume",
    "aws:s3:bucket",
    "aws:dynamodb:table",
    "aws:lambda:function",
    "aws:sqs:queue",
    "aws:sns:topic",
    "aws:logs:log-group",
    "aws:secretsmanager:secret",
    "aws:ecr:repository",
    "aws:kinesis:stream",
    "aws:elasticfilesystem:file-system",
    "aws:sagemaker:model",
)
"""One type of each of twelve services."""

SERVICES = tuple({"elasticfilesystem": "efs"}.get(each, each) for _, each, _ in (t.split(":") for t in TYPES))


class Figures(msgspec.Struct, frozen=True):
    """What one scan came to; seconds, and megabytes of the whole process, moto with it."""

    planted: int
    violating: int
    found: int
    recall: float
    precision: float
    incomplete: int
    calls: int
    seconds: float
    megabytes: float


@contextmanager
def build(
    accounts: int = 50, regions: Sequence[str] = REGIONS, each: int = 9
) -> Iterator[tuple[Cloud, Organization]]:
    """Serve an organization with `each` resources of every type in every account and region.

    A third has good tags, a third a wrong value and a third was never tagged; `Organization.planted` is the
    plan, `violating` picks from it. `Cloud.environment()` leads a process there; faults go to `Cloud.faults`.
    """
    with running() as cloud:
        kept = dict(os.environ)
        os.environ.update(ENVIRONMENT)
        mock = mock_aws()
        mock.start(reset=False)
        try:
            made = organization(accounts - 1)
            _plant(made, regions, each)
        finally:
            mock.stop(remove_data=False)
        os.environ.update(cloud.environment())
        try:
            yield cloud, made
        finally:
            os.environ.clear()
            os.environ.update(kept)


def violating(made: Organization) -> list[Planted]:
    """Return what the default policy must find fault with."""
    return [each for each in made.planted if each.tags != GOOD]


def every(nth: int, code: str = "ThrottlingException", status: int = 400) -> Fault:
    """Make a fault that refuses every nth call."""
    number = count(1)

    def fault(call: Call, body: bytes) -> Answer | None:  # noqa: ARG001
        return refusal(call, code, "Rate exceeded", status) if next(number) % nth == 0 else None

    return fault


def measured(cloud: Cloud, made: Organization, workers: int) -> Figures:
    """Read everything once, several parts at a time, and compare with the plan."""
    calls, started = sum(cloud.calls.values()), time.monotonic()
    found, incomplete = _read(source(regions=REGIONS, services=SERVICES, inventory="services"), workers)
    seconds = time.monotonic() - started
    plan = {each.arn: (each.type, each.account, each.region, dict(each.tags)) for each in made.planted}
    right = sum(plan.get(each[0]) == each[1] for each in found)
    return Figures(
        len(plan),
        len(violating(made)),
        len(found),
        right / len(plan),
        right / max(1, len(found)),
        incomplete,
        sum(cloud.calls.values()) - calls,
        round(seconds, 1),
        round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def _plant(made: Organization, regions: Sequence[str], each: int) -> None:
    turn = (GOOD, WRONG, NEVER)
    for account in made.accounts:
        for region in regions:
            place = made.place(account, region)
            for number in range(each):
                name = f"thing-{account}-{region}-{number}"
                for index, type_ in enumerate(TYPES):
                    made.plant(place, [type_], turn[(number + index) % len(turn)], name)
            made.leave(place)


Seen = tuple[str, tuple[str, str | None, str | None, dict[str, object]]]


def _read(origin: Source, workers: int) -> tuple[list[Seen], int]:
    found: list[Seen] = []
    incomplete = 0
    listed = list(origin.parts())
    parts = [each for each in listed if isinstance(each, Part)]
    with ThreadPoolExecutor(workers) as pool:
        notes: list[object] = [each for each in listed if not isinstance(each, Part)]
        for result in pool.map(lambda part: list(origin.read(part, Event())), parts):
            found += [
                (each.id, (each.type, each.account, each.region, dict(each.tags)))
                for each in result
                if isinstance(each, Resource)
            ]
            notes += [each for each in result if not isinstance(each, Resource)]
    for note in notes:
        incomplete += isinstance(note, NotEvaluated) and note.incomplete
    return found, incomplete


def main() -> None:
    """Build, then read and print the figures, or stay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--each", type=int, default=9, help="resources of each type in a place")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--throttle", type=int, default=0, help="refuse every nth call")
    parser.add_argument("--serve", type=Path, metavar="PLAN", help="write the plan there, and stay")
    given = parser.parse_args()
    started = time.monotonic()
    with build(given.accounts, each=given.each) as (cloud, made):
        sys.stderr.write(f"planted {len(made.planted)} in {time.monotonic() - started:.0f} s\n")
        cloud.faults += [every(given.throttle)] if given.throttle else []
        if given.serve:
            given.serve.write_bytes(msgspec.json.encode(made.planted))
            for name, value in cloud.environment().items():
                print(f"export {name}={value}", flush=True)
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
            return
        print(msgspec.json.encode(measured(cloud, made, given.workers)).decode())


if __name__ == "__main__":
    main()
