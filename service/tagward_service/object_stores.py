"""Object stores by their addresses: the drivers of pyarrow, which needs nothing that is fetched at run time.

Credentials come from where the SDK of each cloud looks for them: the environment, files of its command line,
the identity of a pod or machine. What the drivers do not look for themselves is taken from the variables that
the SDKs know: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, STORAGE_EMULATOR_HOST, AZURE_STORAGE_ACCOUNT,
AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_SERVICE_ENDPOINT.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit

from tagward.errors import UsageError

SCHEMES = {"s3": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "abfss": "az"}
"""How addresses begin, and whose store that is."""


def opened(address: str) -> tuple[Any, str]:
    """Return the file system of pyarrow for an address, and the path in it.

    Raises UsageError where pyarrow is not installed, or was built without the driver.
    """
    try:
        from pyarrow import fs

        if re.search(r"[?]\w+=", address) or _kind(address) == "":
            file_system, path = fs.FileSystem.from_uri(address)
            return file_system, path
        return _DRIVERS[_kind(address)](fs, address)
    except ImportError as error:
        raise UsageError(
            f"`{address}` is read with pyarrow, which lacks: {error}; pip install --upgrade 'tagward[store]'"
        ) from error


def _kind(address: str) -> str:
    return SCHEMES.get(address.partition("://")[0].lower(), "")


def _s3(fs: Any, address: str) -> tuple[Any, str]:
    path = address.partition("://")[2]
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if endpoint is None:
        region = _region_of(fs, path.partition("/")[0]) or region
    return fs.S3FileSystem(endpoint_override=endpoint, region=region), path


def _region_of(fs: Any, bucket: str) -> str | None:
    """Ask where a bucket is; those who may not know get None."""
    try:
        return str(fs.resolve_s3_region(bucket))
    except OSError:
        return None


def _gs(fs: Any, address: str) -> tuple[Any, str]:
    path = address.partition("://")[2]
    emulator = os.environ.get("STORAGE_EMULATOR_HOST")
    if emulator is None:
        return fs.GcsFileSystem(), path
    scheme, _, host = emulator.rpartition("://")
    return fs.GcsFileSystem(anonymous=True, scheme=scheme or "http", endpoint_override=host), path


def _az(fs: Any, address: str) -> tuple[Any, str]:
    """Read az://CONTAINER/PATH, abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH and the like."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    container, path = (parts.username, parts.path) if parts.username else ("", f"{host}{parts.path}")
    account = host.partition(".")[0] if container else os.environ.get("AZURE_STORAGE_ACCOUNT")
    if not account:
        raise UsageError(f"`{address}` is in no account: set AZURE_STORAGE_ACCOUNT")
    endpoint = urlsplit(os.environ.get("AZURE_STORAGE_SERVICE_ENDPOINT", ""))
    file_system = fs.AzureFileSystem(
        account,
        account_key=os.environ.get("AZURE_STORAGE_KEY"),
        sas_token=os.environ.get("AZURE_STORAGE_SAS_TOKEN"),
        blob_storage_authority=endpoint.netloc or None,
        blob_storage_scheme=endpoint.scheme or None,
        dfs_storage_authority=endpoint.netloc or None,
        dfs_storage_scheme=endpoint.scheme or None,
    )
    return file_system, f"{container}{path}" if container else path


_DRIVERS = {"s3": _s3, "gs": _gs, "az": _az}
