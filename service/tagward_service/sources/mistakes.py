"""What people hand in by mistake: what it is, and how to get the right file."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw, Struct

from tagward.errors import InputError
from tagward_service.sources.detect import LOOK, Found, OtherFileError
from tagward_service.sources.interface import Content

SHOW_JSON = "run `terraform show -json tfplan > plan.json` and give that file"
WANTED = "give a plan or state in JSON, Kubernetes manifests or a CloudFormation template"
PLAN_AND_SHOW = "run `terraform plan -out=tfplan`, then `terraform show -json tfplan > plan.json`"


class Mistake(Struct, frozen=True):
    """A kind of file that no reader takes; `other` when nobody would take it for an input."""

    what: str
    instead: str
    other: bool = False

    def error(self, file: str) -> InputError:
        """Make the error that tells it."""
        return (OtherFileError if self.other else InputError)(file, self.what, self.instead)


LOG = Mistake("the log of `terraform plan -json`, which is not the plan", PLAN_AND_SHOW)
_EMPTY = Mistake("the file is empty", "did the command that wrote it fail?")
_BLANK_ONLY = Mistake("the file holds nothing but blanks", "did the command that wrote it fail?")
_WIDE = Mistake(
    "text in UTF-16, as `>` writes it in Windows PowerShell",
    'write UTF-8: `cmd /c "terraform show -json tfplan > plan.json"`, or use PowerShell 7.4 or later',
)
_BINARY_PLAN = Mistake("a binary Terraform plan", SHOW_JSON)
_BINARY = Mistake("binary data", WANTED, other=True)
_LATIN = Mistake("text that is not UTF-8", "save it as UTF-8")
_DEEP = Mistake("JSON that is nested too deep to be a plan, a state or a manifest", "is this the right file?")
_HELM = Mistake("a Helm template", "render it with `helm template CHART > manifests.yaml` and give that file")

_MAGIC = (
    (b"PK\x03\x04", Mistake("a zip archive", "unpack it and give the files in it")),
    (b"\x1f\x8b", Mistake("compressed with gzip", "unpack it with `gunzip`")),
    (b"BZh", Mistake("compressed with bzip2", "unpack it with `bunzip2`")),
    (b"\x28\xb5\x2f\xfd", Mistake("compressed with zstd", "unpack it with `unzstd`")),
    (b"\xfd7zXZ\0", Mistake("compressed with xz", "unpack it with `unxz`")),
    (b"PAR1", Mistake("a Parquet file", "billing exports are for `tagward coverage`", other=True)),
    (b"%PDF", Mistake("a PDF document", WANTED, other=True)),
)
_LOG_LINE = re.compile(rb'^[ \t]*\{[^\n]{0,400}"@(?:level|message)"\s*:', re.MULTILINE)
_TEMPLATE = re.compile(
    rb"\{\{-?\s*(?:/\*|\.Values|\.Release|\.Chart|include|template|define|if|range|with|end)\b"
)
_OPENS_TEMPLATE = re.compile(rb"\s*\{\{-?\s*[\w.$/\"(]")
_BYTE = re.compile(r"^JSON is malformed: (.*?)(?: \(byte (\d+)\))?$")
_WELL_FORMED = "was the file edited by hand? write it again with the tool that made it"
_LONGEST_CHARACTER = 4
_CHUNK = 1 << 20
_MOST_DECODED = 16 << 20


def no_text(content: Content, head: bytes, file: str) -> InputError:
    """Say what a file without a single letter, or with zero bytes, is."""
    if not len(content):
        return _EMPTY.error(file)
    if not head.strip():
        return _BLANK_ONLY.error(file)
    return _by_first_bytes(content, head).error(file)


def _by_first_bytes(content: Content, head: bytes) -> Mistake:
    if _is_wide(head):
        return _WIDE
    if head.startswith(b"PK\x03\x04") and b"tfplan" in head[:512] + bytes(content[-4096:]):
        return _BINARY_PLAN
    return next((mistake for magic, mistake in _MAGIC if head.startswith(magic)), _BINARY)


def _is_wide(head: bytes) -> bool:
    start = head[:4]
    return start[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        len(start) == 4 and any(half == b"\0\0" for half in (start[::2], start[1::2])) and any(start)
    )


def other_json(content: Content, found: Found, file: str) -> InputError:
    """Say what JSON is that is no plan, state or manifest."""
    from tagward_service.sources.mistakes_by_keys import mistake_in_json

    text = bytes(content[:LOOK]).decode(errors="replace")
    return mistake_in_json(text, _outer_keys(content) or tuple(found), found).error(file)


def _outer_keys(content: Content) -> tuple[str, ...]:
    if len(content) > _MOST_DECODED:
        return ()
    try:
        return tuple(msgspec.json.decode(content, type=dict[str, Raw]))
    except (ValueError, RecursionError):
        return ()


def other_text(head: bytes, file: str) -> InputError:
    """Say what text is that holds no manifest."""
    from tagward_service.sources.mistakes_by_text import mistake_in_text

    if _LOG_LINE.search(head):
        return LOG.error(file)
    text = _decoded(head)
    if text is None:
        is_text = not re.search(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", head)
        mistake = _by_first_bytes(b"", head)
        return (_LATIN if is_text and mistake is _BINARY else mistake).error(file)
    return (_HELM if _TEMPLATE.search(head) else mistake_in_text(text)).error(file)


def _decoded(head: bytes) -> str | None:
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        is_cut = len(head) == LOOK and error.start > LOOK - _LONGEST_CHARACTER
        return head[: error.start].decode() if is_cut else None


def broken_json(content: Content, file: str, error: Exception) -> InputError:
    """Say what is wrong with JSON that its decoder refused."""
    head = bytes(content[:LOOK])
    if _LOG_LINE.search(head):
        return LOG.error(file)
    if _OPENS_TEMPLATE.match(head):
        return _HELM.error(file)
    if isinstance(error, RecursionError):
        return _DEEP.error(file)
    if isinstance(error, UnicodeDecodeError):
        return _LATIN.error(file)
    return _malformed(content, file, str(error))


def _malformed(content: Content, file: str, message: str) -> InputError:
    size = len(content)
    if message == "Input data was truncated":
        what = f"JSON that is cut off: it ends at byte {size:,} before its last bracket"
        again = "write the file again: the command that wrote it was stopped, or the disk was full"
        return InputError(file, what, again, line=_line(content, size))
    match = _BYTE.match(message)
    if match is None or match[2] is None:
        return InputError(file, f"not valid JSON: {message}", "is this the right file?")
    offset = int(match[2])
    line = _line(content, offset)
    if match[1] == "trailing characters":
        opens = bytes(content[offset - 1 : offset]) in (b"{", b"[")
        what = "a second JSON value begins here" if opens else "text follows the JSON"
        return InputError(file, what, "give one JSON value in each file", line=line)
    return InputError(file, f"not valid JSON: {match[1]}, at byte {offset:,}", _WELL_FORMED, line=line)


def _line(content: Content, end: int) -> int:
    return 1 + sum(bytes(content[at : min(at + _CHUNK, end)]).count(b"\n") for at in range(0, end, _CHUNK))
