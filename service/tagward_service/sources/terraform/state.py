"""Terraform states: what `terraform show -json` prints of one, and the raw file that Terraform keeps."""

import re

from msgspec import Raw, Struct, json

from tagward.errors import InputError
from tagward_service.sources.interface import Content, Place, Reading
from tagward_service.sources.terraform.configuration import Configuration
from tagward_service.sources.terraform.decoding import refusing
from tagward_service.sources.terraform.plan import refuse_format
from tagward_service.sources.terraform.resources import Resources
from tagward_service.sources.terraform.schema import (
    EMPTY,
    NO_MARKS,
    Change,
    ConfigurationFile,
    Json,
    ResourceChange,
    will_exist,
)
from tagward_service.sources.terraform.types import Context
from tagward_service.sources.terraform.values import values_changes

AGAIN = "print it with `terraform show -json > state.json`"
RAW_VERSION = 4
OLDEST_FORMAT = "0.1"
"""What Terraform up to 1.0 prints; sensitive values are not marked in it (docs/decisions/0006-states.md)."""
_PROVIDER = re.compile(r'provider(?:\["([^"]+)"\]|\.([^.\]]+))')


class _Instance(Struct, gc=False):
    attributes: Raw = EMPTY
    index_key: str | int | None = None
    deposed: str | None = None
    sensitive_attributes: Json = None


class _Stored(Struct, gc=False):
    type: str
    name: str
    mode: str | None = None
    module: str | None = None
    provider: str | None = None
    instances: list[_Instance] | None = None


class _File(Struct):
    version: Json = None
    format_version: Json = None
    terraform_version: Json = None
    values: Raw = EMPTY
    resources: Raw = EMPTY


_FILE = json.Decoder(_File)
_STORED = json.Decoder(list[_Stored] | None)


def read_state(content: Content, file: str, place: Place) -> Reading:
    """Read a state; resources are decoded as they are taken, so InputError may be raised then as well."""
    with refusing(file, "the state", content, AGAIN):
        state = _FILE.decode(content)
        refuse_format(state.format_version, file)
        _refuse_nameless_secrets(state, file)
        changes = _stored(state, file) if state.version is not None else values_changes(state.values)
    context = Context(
        file, place, Configuration(ConfigurationFile(), EMPTY), complete=bool(state.terraform_version)
    )
    wanted = [each for each in changes if will_exist(each)]
    return Reading(file=file, kind="Terraform state", resources=Resources(context, changes, wanted))


def _refuse_nameless_secrets(state: _File, file: str) -> None:
    """Raise InputError for a printed state that does not say which of its values are secret."""
    if state.format_version == OLDEST_FORMAT:
        by = (
            f" by Terraform {state.terraform_version[:20]}"
            if isinstance(state.terraform_version, str)
            else ""
        )
        raise InputError(
            file,
            f"a Terraform state (format {OLDEST_FORMAT}{by}), which says what exists and not what is planned",
            "for the plan, run `terraform plan -out tfplan` and `terraform show -json tfplan > plan.json`; "
            "for the state, print it with Terraform 1.1 or later, which names the sensitive values, "
            "or take the raw one: `terraform state pull > state.json`",
        )


def _stored(state: _File, file: str) -> list[ResourceChange]:
    """Return the resources of a raw state file as changes that change nothing."""
    if state.version != RAW_VERSION:
        raise InputError(
            file,
            f"a state of version `{str(state.version)[:40]}`; only version {RAW_VERSION} can be read",
            f"upgrade it by a `terraform apply` with Terraform 0.12 or later, or {AGAIN}",
        )
    stored = _STORED.decode(state.resources) if state.resources else None
    return [_change(each, instance) for each in stored or () for instance in each.instances or ()]


def _change(stored: _Stored, instance: _Instance) -> ResourceChange:
    provider = _PROVIDER.search(stored.provider or "")
    address = f"{stored.type}.{stored.name}{_index(instance.index_key)}"
    sensitive = Raw(json.encode(_sensitive(instance.sensitive_attributes)))
    return ResourceChange(
        address=f"{stored.module}.{address}" if stored.module else address,
        type=stored.type,
        change=Change([], instance.attributes, NO_MARKS, sensitive),
        mode=stored.mode,
        name=stored.name,
        provider_name=(provider[1] or provider[2]) if provider else None,
        module_address=stored.module,
        deposed=instance.deposed,
    )


def _index(key: str | int | None) -> str:
    return "" if key is None else f"[{json.encode(key).decode()}]"


def _sensitive(paths: Json) -> Json:
    """Turn the paths of sensitive attributes into marks; all elements of a list are one."""
    marks: Json = {}
    for path in paths if isinstance(paths, list) else ():
        if isinstance(path, list) and path:
            marks = _marked(marks, [_step(each) for each in path])
    return marks


def _marked(marks: Json, steps: list[str | int]) -> Json:
    """Return marks with what the steps lead to marked as well."""
    if marks is True or not steps:
        return True
    if isinstance(steps[0], int):
        element = marks[0] if type(marks) is list else None
        return [_marked(element, steps[1:])]
    inside = marks if type(marks) is dict else {}
    return {**inside, steps[0]: _marked(inside.get(steps[0]), steps[1:])}


def _step(step: Json) -> str | int:
    """Return the name or key that a step goes to, or the number of an element."""
    value = step.get("value") if isinstance(step, dict) else step
    value = value.get("value") if isinstance(value, dict) else value
    return value if type(value) is int else str(value)
