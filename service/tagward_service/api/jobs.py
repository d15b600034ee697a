"""What takes time: judging an input, compiling a policy. Pure functions, for whichever process runs them."""

from __future__ import annotations

import gc
import traceback
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tagward.errors import InputError
from tagward.policy import Policy
from tagward_service.api.store_jobs import StoreJob
from tagward_service.sources.interface import Place

Content = bytes | memoryview


class LintJob(Struct, frozen=True, tag="lint"):
    """Judge the content, which is a file called `file`; the rest is as the options of `tagward lint`."""

    as_of: date
    file: str
    unknown: str | None = None
    fail_on: str = "error"
    changed_only: bool = False
    allow_empty: bool = False
    place: Place = Place()


class CompileJob(Struct, frozen=True, tag="compile"):
    """Compile the policy for a target."""

    as_of: date
    target: str


Job = LintJob | CompileJob | StoreJob


class Done(Struct, frozen=True, tag="done"):
    """It worked; `verdict` is that of a lint run, `next` the cursor of the page that follows."""

    verdict: str = ""
    next: str = ""


class Refused(Struct, frozen=True, tag="refused"):
    """It cannot be done with this input; `kind` is that of a problem, `parameter` the one to blame."""

    kind: Literal["input", "does-not-fit", "too-large", "parameters", "not-found", "store"]
    detail: str
    line: int | None = None
    parameter: str = ""


class Broke(Struct, frozen=True, tag="broke"):
    """A bug: the type of the exception and where it came from, but no value of anything."""

    error: str
    where: tuple[str, ...]


Outcome = Done | Refused | Broke


class JobBrokeError(Exception):
    """A bug that came up in a job."""

    def __init__(self, broke: Broke) -> None:
        super().__init__(broke.error)
        self.broke = broke


_MOST_PLACES = 6
_NO_MEMORY = "there is not the memory to judge it"


def run(job: Job, policy: Policy, content: Content) -> tuple[Outcome, bytes]:
    """Do a job; return what came of it, and the body of the answer. Raises nothing."""
    try:
        match job:
            case LintJob():
                return _lint(job, policy, content)
            case CompileJob():
                return _compile(job, policy)
            case _:
                return _ask(job, policy)
    except MemoryError:
        return Refused("too-large", _NO_MEMORY), b""
    except Exception as error:
        return Broke(type(error).__name__, places(error)), b""


def places(error: BaseException) -> tuple[str, ...]:
    """List the last places that an exception went through."""
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_PLACES:]
    return tuple(f"{Path(each.filename).name}:{each.lineno}" for each in frames)


def _lint(job: LintJob, policy: Policy, content: Content) -> tuple[Outcome, bytes]:
    from tagward_service.lint import lint
    from tagward_service.outputs.json_report import as_json
    from tagward_service.outputs.json_text import json_text
    from tagward_service.sources import read_content

    policy = replace(policy, unknown=job.unknown or policy.unknown)
    gc.disable()
    try:
        place = replace(job.place, workloads=policy.workloads)
        readings = read_content(content, job.file, place=place, changed_only=job.changed_only)
        outcome = lint(policy, readings, as_of=job.as_of)
        if outcome.errors:
            return _refused(outcome.errors[0]), b""
        verdict = outcome.verdict(job.fail_on, allow_empty=job.allow_empty)
        return Done(verdict), json_text(as_json(outcome.report)).encode()
    finally:
        gc.enable()


def _ask(job: StoreJob, policy: Policy) -> tuple[Outcome, bytes]:
    from tagward_service.api.store_asking import ask

    return ask(job, policy)


def _refused(error: InputError) -> Refused:
    return Refused("input", str(error), error.line)


def _compile(job: CompileJob, policy: Policy) -> tuple[Outcome, bytes]:
    from tagward_generators import target
    from tagward_generators.targets import CompileError
    from tagward_service.api.answers import compiled

    try:
        compilation = target(job.target).compile(policy, as_of=job.as_of)
    except CompileError as error:
        return Refused("does-not-fit", str(error)), b""
    return Done(), msgspec.json.encode(compiled(policy, compilation, job.as_of))
