"""Resources listed as values, in modules within modules: a shown state, or the values that a plan expects."""

from msgspec import Raw, Struct, json

from tagward_service.sources.terraform.schema import EMPTY, NO_MARKS, Change, ResourceChange


class _Value(Struct, gc=False):
    address: str
    type: str
    mode: str | None = None
    name: str | None = None
    provider_name: str | None = None
    deposed_key: str | None = None
    values: Raw = EMPTY
    sensitive_values: Raw = EMPTY


class _Module(Struct):
    address: str | None = None
    resources: list[_Value] | None = None
    child_modules: "list[_Module] | None" = None


class _Values(Struct):
    root_module: _Module | None = None


_VALUES = json.Decoder(_Values | None)


def values_changes(values: Raw) -> list[ResourceChange]:
    """Return the resources of a `values` or `planned_values` object, as changes that change nothing."""
    file = _VALUES.decode(values) if values else None
    pending = [file.root_module] if file and file.root_module else []
    found: list[ResourceChange] = []
    while pending:
        module = pending.pop()
        found += [_change(value, module.address) for value in module.resources or ()]
        pending += reversed(module.child_modules or ())
    return found


def _change(value: _Value, module: str | None) -> ResourceChange:
    return ResourceChange(
        address=value.address,
        type=value.type,
        change=Change([], value.values, NO_MARKS, value.sensitive_values),
        mode=value.mode,
        name=value.name,
        provider_name=value.provider_name,
        module_address=module,
        deposed=value.deposed_key,
    )
