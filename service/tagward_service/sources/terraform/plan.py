"""Terraform and OpenTofu plans: every resource that will exist after the apply."""

import re

from msgspec import Raw, Struct, json

from tagward.errors import InputError
from tagward_service.sources.interface import Content, NotEvaluated, Place, Reading
from tagward_service.sources.terraform.configuration import Configuration
from tagward_service.sources.terraform.decoding import refusing
from tagward_service.sources.terraform.resources import Resources
from tagward_service.sources.terraform.schema import (
    ConfigurationFile,
    Json,
    PlanFile,
    ResourceChange,
    will_change,
    will_exist,
)
from tagward_service.sources.terraform.types import Context
from tagward_service.sources.terraform.values import values_changes

AGAIN = "make it again with `terraform show -json PLAN > plan.json`"
NEWEST_MAJOR = 1
_MAJOR = re.compile(r"(\d+)(?:\.|$)")
_PLAN = json.Decoder(PlanFile)


def read_plan(content: Content, file: str, place: Place, *, changed_only: bool = False) -> Reading:
    """Read a plan; resources are decoded as they are taken, so InputError may be raised then as well.

    With `changed_only`, resources that the apply does not touch are left out.
    """
    with refusing(file, "the plan", content, AGAIN):
        plan = _PLAN.decode(content)
        refuse_format(plan.format_version, file)
        written = plan.configuration or ConfigurationFile()
        configuration = Configuration(written, plan.variables)
        changes = plan.resource_changes
        if changes is None:
            changes = values_changes(plan.planned_values)
        not_evaluated = _not_evaluated(plan, file)
    complete = _says_something(plan.planned_values) and bool(written.root_module)
    complete = complete and plan.resource_changes is not None
    context = Context(file, place, configuration, complete)
    wanted = [each for each in changes if will_exist(each) and (not changed_only or will_change(each))]
    return Reading(
        file=file,
        kind="OpenTofu plan" if _is_opentofu(changes) else "Terraform plan",
        resources=Resources(context, changes, wanted),
        not_evaluated=not_evaluated,
    )


def _says_something(section: Raw) -> bool:
    """Tell whether a section of a plan is more than the `{}` that people write by hand."""
    return len(memoryview(section)) >= len('{"root_module":{}}')


def refuse_format(version: Json, file: str) -> None:
    """Raise InputError for a format that is newer than what is known."""
    major = _MAJOR.match(version) if isinstance(version, str) else None
    if major and int(major[1][:9]) > NEWEST_MAJOR:
        raise InputError(
            file,
            f"format_version `{version[:40]}` is not known",
            f"versions up to {NEWEST_MAJOR}.x are: a newer tagward may read it",
        )


def _is_opentofu(changes: list[ResourceChange]) -> bool:
    named = (each.provider_name for each in changes if each.provider_name)
    return "registry.opentofu.org" in next(named, "")


class _Deferred(Struct):
    resource_change: ResourceChange
    reason: str | None = None


_DEFERRED = json.Decoder(list[_Deferred] | None)


def _not_evaluated(plan: PlanFile, file: str) -> tuple[NotEvaluated, ...]:
    """List what the plan itself says that it leaves out."""
    found = []
    if plan.errored is True:
        why = "planning ended with an error, so resources may be missing from the plan"
        found.append(NotEvaluated(file, why, incomplete=True))
    deferred = _DEFERRED.decode(plan.deferred_changes) if plan.deferred_changes else None
    for each in deferred or ():
        why = f"Terraform defers it to a later plan ({(each.reason or 'unknown').replace('_', ' ')})"
        found.append(NotEvaluated(f"{file}: {each.resource_change.address}", why))
    return tuple(found)
