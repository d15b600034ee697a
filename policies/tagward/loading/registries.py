"""Reading lists of values from csv, json and yaml files."""

import io
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert

from tagward.diagnostics import quoted
from tagward.errors import TagwardError
from tagward.language import Registry
from tagward.loading.nearby import Nearby
from tagward.loading.remotes import RemoteError, is_remote
from tagward.policy import Allowed

MAX_REGISTRY_BYTES = 32 * 1024 * 1024
MAX_ROWS = 500_000

Row = dict[str, object] | str


class RegistryError(TagwardError):
    """A registry that cannot be read: `field` is the key of its entry that is to blame."""

    def __init__(self, field: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.hint = hint


def read_registry(name: str, entry: Registry, nearby: Nearby) -> tuple[Allowed, bytes]:
    """Read a registry; return its values, and the bytes they came from. Raises RegistryError.

    A value that is there twice is valid as long as one of its rows is.
    """
    content = registry_content(entry, nearby)
    column = entry.column if isinstance(entry.column, str) else None
    until = entry.until if isinstance(entry.until, str) else None
    last: dict[str, date] = {}
    has_until = False
    for number, row in enumerate(_rows(content, entry.file), 1):
        if number > MAX_ROWS:
            raise RegistryError("file", f"{quoted(entry.file)} has more than {MAX_ROWS} rows")
        value = _value(row, column, entry.file, number)
        day = _day(row, until, entry.file, number) or date.max
        last[value] = max(day, last.get(value, day))
        has_until = has_until or (isinstance(row, dict) and until in row)
    if not last:
        raise RegistryError("file", f"{quoted(entry.file)} holds no values")
    if until is not None and not has_until:
        raise RegistryError("until", f"{quoted(entry.file)} has no column {quoted(until)}")
    retired = {value: day for value, day in last.items() if day != date.max}
    return Allowed(tuple(last), registry=name, until=retired), content


def registry_content(entry: Registry, nearby: Nearby) -> bytes:
    """Read the file of a registry, or take it from elsewhere. Raises RegistryError."""
    try:
        place = nearby.find(entry.file)
        return _content(place, entry.file) if isinstance(place, Path) else nearby.remotes.content(place)
    except RemoteError as error:
        raise RegistryError("file", str(error), error.hint) from None


def _content(path: Path, shown: str) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_REGISTRY_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no file can have this name").lower()
        raise RegistryError("file", f"cannot read {quoted(shown)}: {reason}") from None
    if len(content) > MAX_REGISTRY_BYTES:
        raise RegistryError("file", f"{quoted(shown)} is larger than {MAX_REGISTRY_BYTES // 2**20} MiB")
    return content


def _rows(content: bytes, file: str) -> Iterable[Row]:
    suffix = Path(file.partition("?")[0] if is_remote(file) else file).suffix.lower()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RegistryError("file", f"{quoted(file)} is not UTF-8 text") from None
    if suffix == ".csv":
        return _csv_rows(text, file)
    if suffix == ".json":
        return _listed(_json(content, file), file)
    if suffix in (".yaml", ".yml"):
        return _listed(_yaml(content, file), file)
    raise RegistryError("file", f"{quoted(file)} is not a .csv, .json, .yaml or .yml file")


def _csv_rows(text: str, file: str) -> Iterator[Row]:
    import csv

    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
            yield {key: value for key, value in row.items() if isinstance(key, str)}
    except csv.Error as error:
        raise RegistryError("file", f"{quoted(file)} is not valid CSV: {error}") from None


def _json(content: bytes, file: str) -> object:
    import msgspec

    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RegistryError("file", f"{quoted(file)} is not valid JSON: {error}") from None


def _yaml(content: bytes, file: str) -> object:
    from tagward.errors import InputError
    from tagward.reading.yaml_reader import read_manifests
    from tagward.reading.yaml_scalars import core_scalar

    try:
        documents = [document.data for document in read_manifests(content, file, core_scalar)]
    except InputError as error:
        raise RegistryError("file", f"{quoted(file)} is not valid YAML: {error.what}") from None
    return documents[0] if len(documents) == 1 else documents


def _listed(data: Any, file: str) -> Iterable[Row]:
    if not isinstance(data, list):
        raise RegistryError(
            "file", f"{quoted(file)} does not hold a list", "write a list of texts or of mappings"
        )
    return data


def _value(row: Row, column: str | None, file: str, number: int) -> str:
    if isinstance(row, dict):
        if column is None:
            raise RegistryError(
                "file", f"{quoted(file)} has columns", "say which one holds the values: `column`"
            )
        if column not in row:
            known = ", ".join(sorted(map(str, row)))
            raise RegistryError(
                "column", f"row {number} of {quoted(file)} has no {quoted(column)}", f"it has {known}"
            )
        row_value = row[column]
    else:
        row_value = row
    if not isinstance(row_value, str) or not row_value.strip():
        raise RegistryError(
            "file", f"row {number} of {quoted(file)} holds no text", "put the value in quotes"
        )
    return row_value.strip()


def _day(row: Row, until: str | None, file: str, number: int) -> date | None:
    if until is None:
        return None
    text = row.get(until) if isinstance(row, dict) else None
    if text is None or not str(text).strip():
        return None
    try:
        return convert(str(text).strip(), date)
    except ValidationError:
        raise RegistryError(
            "until", f"row {number} of {quoted(file)}: {quoted(str(text))} is not a date", "write YYYY-MM-DD"
        ) from None
