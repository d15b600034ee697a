"""What the failures of the SDKs of Azure mean for a scan."""

from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from tagward_service.scan.interface import ExpiredError, ReadError

BUSY = frozenset({408, 429, 500, 502, 503, 504})
ROLE = "grant the scan its role there (`tagward scan azure --print-permissions`)"

# A subscription of another tenant than the one that the token is for.
_ELSEWHERE = "InvalidAuthenticationTokenTenant"


def delay(error: Exception) -> float | None:
    """Say how long to wait before asking again; 0 where Azure does not say, None where it is no use."""
    if isinstance(error, HttpResponseError):
        if error.status_code not in BUSY:
            return None
        return _seconds(getattr(error.response, "headers", {}))
    return 0.0 if isinstance(error, ServiceRequestError | ServiceResponseError) else None


def is_denied(error: Exception) -> bool:
    """Say whether somebody who may do more could read it."""
    return isinstance(error, HttpResponseError) and (
        error.status_code in (403, 404) or _code(error) == _ELSEWHERE
    )


def read_error(error: AzureError) -> ReadError:
    """Say why something could not be read, and what to do about it."""
    if is_denied(error):
        return ReadError(f"{_said(error)}: {ROLE}")
    if isinstance(error, ClientAuthenticationError) and error.response is None:
        return ExpiredError(
            f"no token for Azure ({_tokenless(error)}): `az login`, or set AZURE_CLIENT_ID and the like"
        )
    if getattr(error, "status_code", None) == 401:
        return ExpiredError(f"the credentials are not valid any more ({_said(error)})")
    return ReadError(_said(error), retry=delay(error) is not None)


def _tokenless(error: ClientAuthenticationError) -> str:
    """Say why there is no token: what Entra ID says, or else that nothing was found to ask it with."""
    lines = [" ".join(line.split()) for line in str(error.message).splitlines()]
    return next((line for line in lines if "AADSTS" in line), lines[0]).rstrip(".")


def _said(error: AzureError) -> str:
    """Say in a line what Azure says; Resource Graph keeps that for the details."""
    told: Any = getattr(error, "error", None)
    first = next(iter(getattr(told, "details", None) or ()), told)
    text = getattr(first, "message", None) or error.message or str(error)
    code = _code(error) or str(getattr(error, "status_code", None) or "")
    return ": ".join(filter(None, (code, " ".join(str(text).split()).rstrip("."))))


def _code(error: AzureError) -> str:
    told = getattr(getattr(error, "error", None), "code", None)
    return str(told or "")


def _seconds(headers: Mapping[str, Any]) -> float:
    """Read Retry-After, or else when the quota of Resource Graph starts anew."""
    told = str(headers.get("Retry-After") or "")
    return float(told) if told.isdigit() else clock(str(headers.get("x-ms-user-quota-resets-after") or ""))


def clock(text: str) -> float:
    """Read `hh:mm:ss` as seconds; 0 for anything else."""
    parts = text.split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return 0.0
    return hours * 3600 + minutes * 60 + seconds
