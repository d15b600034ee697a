"""JSON text, indented, of anything: also of file names that are not valid Unicode."""

from typing import Any

import msgspec


def json_text(value: object) -> str:
    """Encode a value as JSON, indented by two, with a line end."""
    try:
        compact = msgspec.json.encode(value)
    except UnicodeEncodeError:
        compact = msgspec.json.encode(_encodable(msgspec.to_builtins(value)))
    return msgspec.json.format(compact, indent=2).decode() + "\n"


def _encodable(value: Any) -> Any:
    """Escape the lone surrogates that Python makes of undecodable bytes."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case list():
            return [_encodable(each) for each in value]
        case dict():
            return {_encodable(key): _encodable(each) for key, each in value.items()}
    return value
