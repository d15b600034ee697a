"""The text of a CloudFormation template: YAML with its short tags, or JSON, as plain data with lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from tagward.errors import InputError
from tagward.reading.manifest_reader import Manifest, read_manifests
from tagward_service.sources.interface import Content

# Short forms of the intrinsic functions (CloudFormation User Guide, intrinsic function reference).
_FUNCTIONS = """And Base64 Cidr Contains EachMemberEquals EachMemberIn Equals FindInMap ForEach GetAtt GetAZs
    GetStackOutput If ImportValue Join Length Not Or RefAll Select Split Sub ToJsonString Transform ValueOf
    ValueOfAll""".split()  # noqa: SIM905
SHORT_TAGS: Mapping[str, str] = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{f"!{name}": f"Fn::{name}" for name in _FUNCTIONS},
}
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MAX_TEMPLATE_BYTES = 2 * 1024 * 1024
"""Twice what CloudFormation accepts (1 MB, from S3)."""

_RAIN = "`!Rain::"
_PACKAGE = "it is for Rain: build the template with `rain pkg TEMPLATE` and give what that makes"
_ONE_EACH = "give one template in each file"


class Document(Struct, frozen=True):
    """A template as data that knows its lines."""

    data: dict[str, Any]
    text: Manifest

    def section(self, name: str) -> dict[str, Any]:
        """Return a section of the template that maps names, or nothing."""
        found = self.data.get(name)
        return found if isinstance(found, dict) else {}

    def line(self, *path: str | int) -> int:
        """Return the line of the key at a path, or of the nearest one around it."""
        return self.text.line_of(path)


def read_document(content: Content, file: str) -> Document:
    """Read the one document of a template; raise InputError, or DecodeError for broken JSON."""
    if len(content) > MAX_TEMPLATE_BYTES:
        what = f"a CloudFormation template larger than {MAX_TEMPLATE_BYTES // 1024 // 1024} MiB"
        raise InputError(file, what, "CloudFormation takes 1 MB at most: split it into nested stacks")
    data = bytes(content)
    try:
        manifests = read_manifests(data, file, _plain, SHORT_TAGS)
        first, second = next(manifests, None), next(manifests, None)
    except InputError as error:
        if _RAIN in error.what:
            raise InputError(file, error.what, _PACKAGE, line=error.line) from None
        if data.lstrip()[:1] == b"{" and not data.lstrip(b" \t\r\n{")[:1].isalpha():
            # Says what is wrong with it as JSON.
            msgspec.json.decode(data)
        raise
    if first is None:
        raise InputError(file, "the file holds nothing", "is this the right file?")
    if second is not None:
        raise InputError(file, "a second document begins here", _ONE_EACH, line=second.line)
    return _checked(first, file)


def _checked(manifest: Manifest, file: str) -> Document:
    data = manifest.data
    if not isinstance(data, dict):
        what = "a CloudFormation template is a mapping of sections, and this is not one"
        raise InputError(file, what, "is this the right file?", line=manifest.line)
    if not isinstance(data.get("Resources"), dict):
        at = manifest.line_of(("Resources",))
        what = "a CloudFormation template whose `Resources` are not a mapping of logical ids"
        what = what if "Resources" in data else "a CloudFormation template without `Resources`"
        raise InputError(file, what, "list the resources under `Resources`, by logical id", line=at)
    return Document(data, manifest)


def _plain(text: str) -> bool | str | None:
    # Numbers and dates stay as they are written: 012345678901 is an account, and 2010-09-09 a version.
    return _WORDS.get(text, text)
