"""Saying in plain words what is wrong with the shape of a policy file, or of its kin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from tagward.diagnostics import Diagnostic, did_you_mean, in_order, quoted

if TYPE_CHECKING:
    from tagward.reading.yaml_reader import Document, Path

ValidationError: TypeAlias = Any
"""jsonschema's own class, whose attributes are unions with an "unset" that a raised error never has."""

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}
_MOST = 100
_OLD_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def explain_shape(document: Document, schema: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    """Return every way in which a document differs from its JSON Schema; empty when it does not."""
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(())
    checker.checks("date", raises=ValueError)(_is_date)
    validator = Draft202012Validator(schema, format_checker=checker)
    found = [
        document.diagnostic(path, "expected a number, found `.nan`") for path in _not_numbers(document.data)
    ]
    for error in validator.iter_errors(document.data):
        for leaf in _leaves(error):
            found += _explain(document, leaf)
            if len(found) >= _MOST:
                return in_order(set(found))
    return in_order(set(found))


def _not_numbers(data: Any, path: Path = ()) -> Iterator[Path]:
    """List where `.nan` stands: no limit of a schema refuses it, as it compares with nothing."""
    if isinstance(data, float) and data != data:
        yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from _not_numbers(value, (*path, key))


def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Follow an `anyOf` into the branch that the value was meant for."""
    if error.validator != "anyOf":
        yield error
        return
    meant = [branch for branch in _branches(error) if not any(_is_kind_error(each, error) for each in branch)]
    if not meant:
        yield error
        return
    for each in meant[0]:
        yield from _leaves(each)


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    return [branches[number] for number in sorted(branches)]


def _is_kind_error(inner: ValidationError, outer: ValidationError) -> bool:
    """Say whether the branch is for another kind of value altogether."""
    return bool(inner.validator == "type") and inner.absolute_path == outer.absolute_path


def _explain(document: Document, error: ValidationError) -> Iterable[Diagnostic]:
    path: Path = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(document, path, error)
        case "required":
            yield from _missing_keys(document, path, error)
        case "enum":
            accepted = tuple(sorted(map(str, error.validator_value)))
            close = did_you_mean(str(error.instance), accepted)
            hint = f"did you mean `{close}`?" if close else None
            said = f"{quoted(str(error.instance))} is not one of the accepted values"
            yield document.diagnostic(path, said, hint=hint, accepted=accepted)
        case _:
            said, hint = _in_words(error)
            yield document.diagnostic(path, said, hint=hint)


def _unknown_keys(document: Document, path: Path, error: ValidationError) -> Iterator[Diagnostic]:
    accepted = tuple(sorted(error.schema.get("properties", ())))
    for key in error.instance:
        if key not in accepted:
            close = did_you_mean(key, accepted)
            hint = f"did you mean `{close}`?" if close else None
            said = f"unknown key {quoted(key)}"
            yield document.diagnostic((*path, key), said, at_key=True, hint=hint, accepted=accepted)


def _missing_keys(document: Document, path: Path, error: ValidationError) -> Iterator[Diagnostic]:
    for key in error.validator_value:
        if key not in error.instance:
            where = f" in `{path[-1]}`" if path and isinstance(path[-1], str) else ""
            yield document.diagnostic(path, f"the key `{key}` is missing{where}", at_key=True)


def _in_words(error: ValidationError) -> tuple[str, str | None]:
    limit, value = error.validator_value, error.instance
    match error.validator:
        case "type":
            return f"expected {_KINDS.get(limit, limit)}, found {_found(value)}", _hint([limit], value)
        case "anyOf":
            kinds = list(dict.fromkeys(map(_kind_of, limit)))
            return f"expected {_either(kinds)}, found {_found(value)}", _hint(kinds, value)
        case "minItems" | "minLength" | "minProperties":
            return f"expected at least {limit}, found none", None
        case "maxLength":
            return f"the text is {len(value)} characters long, more than {limit}", None
        case "minimum":
            return f"expected {limit} or more, found {_found(value)}", None
        case "maximum":
            return f"expected {limit} or less, found {_found(value)}", None
        case "format":
            return f"{quoted(str(value))} is not a date", "write YYYY-MM-DD"
        case "pattern" if "format" in error.schema:
            return f"{quoted(str(value))} is not a date", "write YYYY-MM-DD"
        case "pattern":
            return f"{quoted(str(value))} is not of the form `{limit}`", None
    return error.message, None


def _either(kinds: list[str]) -> str:
    words = [_KINDS.get(kind, kind) for kind in kinds]
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _kind_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return "object"
    return str(schema.get("type", "another value"))


def _found(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {quoted(value)}"
        case list():
            return "a list"
    return "a mapping"


def _hint(wanted: list[str], value: object) -> str | None:
    if "string" in wanted and isinstance(value, bool | int | float):
        text = str(value).lower() if isinstance(value, bool) else value
        return f'put it in quotes: "{text}"'
    if "boolean" in wanted and isinstance(value, str) and value.lower() in _OLD_BOOLEANS:
        return f"write `{_OLD_BOOLEANS[value.lower()]}`"
    return None
