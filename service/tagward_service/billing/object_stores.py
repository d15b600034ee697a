"""Bills in object stores: what is there, and how it is brought here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import has_magic
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct

from tagward.errors import InputError

if TYPE_CHECKING:
    from http.client import HTTPResponse

REMOTE = ("s3://", "gs://", "gcs://", "az://", "abfs://", "abfss://", "http://", "https://")

_WAIT = 60
"""Seconds after which a web server that says nothing is given up."""

_MEANT = {
    "NO_SUCH_BUCKET": ("there is no such bucket", "look at its name, and at the region and account"),
    "ACCESS_DENIED": (
        "access is denied",
        "give who reads it s3:ListBucket and s3:GetObject, or other credentials",
    ),
    "INVALID_ACCESS_KEY_ID": ("the access key is not known", "look at AWS_ACCESS_KEY_ID and the profile"),
    "SIGNATURE_DOES_NOT_MATCH": ("the secret key is not the one of the access key", "look at both"),
    "NETWORK_CONNECTION": ("the store cannot be reached", "look at proxies and endpoints"),
    "ContainerNotFound": ("there is no such container", "look at its name and at the account"),
    "AuthorizationPermissionMismatch": (
        "access is denied",
        "give who reads it the role Storage Blob Data Reader",
    ),
    "AuthorizationFailure": ("access is denied", "look at the key or the token of the account"),
    "AuthenticationFailed": ("access is denied", "look at the key or the token of the account"),
    "PERMISSION_DENIED": ("access is denied", "give who reads it the role Storage Object Viewer"),
    "NOT_FOUND": ("there is nothing", "look at the name of the bucket"),
}
"""What drivers say, and what is to be done."""


class Object(Struct, frozen=True):
    """A file in an object store; `modified` is when it was written, in seconds since 1970."""

    address: str
    modified: float = 0


class Stream(Struct, frozen=True):
    """An object that is being read; `etag` tells this version of it from others, "" if nothing does."""

    etag: str
    file: IO[bytes]


def is_remote(path: str) -> bool:
    """Say whether a path is an address of an object store or of a web server."""
    return path.lower().startswith(REMOTE)


def without_secrets(address: str) -> str:
    """Return an address as it may be shown and kept: signatures of web addresses are in their query."""
    return address.partition("?")[0] if _is_web(address) else address


def listing(address: str, holds_data: Callable[[str], bool]) -> Iterator[Object]:
    """List an object, what holds data below a prefix, or what a glob matches; raises InputError."""
    if _is_web(address):
        yield Object(address)
        return
    from tagward_service.object_stores import opened

    with _told(address):
        files, path = opened(address)
        for each in _found(files, path.rstrip("/"), holds_data):
            yield Object(_address(address, each.path), (each.mtime_ns or 0) / 1e9)


@contextmanager
def reading(address: str) -> Iterator[Stream]:
    """Open an object to read it from its beginning; raises InputError."""
    with _told(address):
        if _is_web(address):
            with _fetched(address) as answer:
                yield Stream(answer.headers.get("ETag") or "", answer)
            return
        from tagward_service.object_stores import opened

        files, path = opened(address)
        with files.open_input_stream(path) as stream:
            yield Stream(_etag(stream.metadata() or {}), stream)


def _is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _fetched(address: str) -> HTTPResponse:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        answer: HTTPResponse = urlopen(address, timeout=_WAIT)  # noqa: S310
    except HTTPError as error:
        error.close()
        raise OSError(f"the server answers {error.code} {error.reason}") from None
    return answer


def _found(files: Any, path: str, holds_data: Callable[[str], bool]) -> Iterator[Any]:
    from pyarrow import fs

    if not has_magic(path):
        info = files.get_file_info(path)
        if info.type == fs.FileType.File:
            yield info
            return
    base = re.split(r"(?:^|/)[^/]*[*?\[]", path)[0]
    pattern = _pattern(path) if has_magic(path) else None
    for each in sorted(
        files.get_file_info(fs.FileSelector(base, recursive=True)), key=lambda each: each.path
    ):
        inner = each.path.removeprefix(base).lstrip("/")
        if each.type == fs.FileType.File and (pattern.fullmatch(each.path) if pattern else holds_data(inner)):
            yield each


def _pattern(path: str) -> re.Pattern[str]:
    """Read a glob: `*` and `?` stay within a folder, `**/` goes through any of them."""
    parts = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    found = re.split(r"(\*\*/|\*|\?|\[[^]]+\])", path)
    return re.compile(
        "".join(parts.get(each, each if each.startswith("[") else re.escape(each)) for each in found)
    )


def _address(address: str, found: str) -> str:
    """Write the address of a file that the driver calls by container and path."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/{found.partition('/')[2]}"


def _etag(said: dict[str, bytes]) -> str:
    """Return what tells versions of an object apart, as each driver calls it."""
    low = {key.lower(): value for key, value in said.items()}
    return next((low[name].decode() for name in ("etag", "generation", "last-modified") if name in low), "")


class _told:  # noqa: N801
    """Turns what a driver says into what a person can act on."""

    def __init__(self, address: str) -> None:
        self._address = without_secrets(address)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, FileNotFoundError):
            raise InputError(self._address, "no such file or folder") from error
        if isinstance(error, OSError | ValueError):
            said = str(error).splitlines()[0]
            what, instead = next((told for word, told in _MEANT.items() if word in said), (said, None))
            raise InputError(self._address, what, instead) from error
