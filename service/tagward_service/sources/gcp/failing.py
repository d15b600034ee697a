"""What the failures of the SDKs of Google mean for a scan."""

from collections.abc import Mapping
from typing import Any

from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
from requests.exceptions import RequestException

from tagward_service.scan.interface import ExpiredError, ReadError

FAILURES = (GoogleAPICallError, GoogleAuthError, RequestException)
BUSY = frozenset({408, 429, 500, 502, 503, 504})
DENIED = frozenset({403, 404})

_ROLES = "grant the scan its roles there (`tagward scan gcp --print-permissions`)"
_DISABLED = "enable the API: `gcloud services enable cloudasset.googleapis.com`"


def delay(error: Exception) -> float | None:
    """Say how long to wait before asking again; 0 where Google does not say, None where it is no use."""
    if isinstance(error, GoogleAPICallError):
        return _told(error) if error.code in BUSY else None
    return 0.0 if isinstance(error, RequestException | TransportError) else None


def is_denied(error: Exception) -> bool:
    """Say whether somebody who may do more could read it."""
    return isinstance(error, GoogleAPICallError) and error.code in DENIED


def read_error(error: Exception) -> ReadError:
    """Say why something could not be read, and what to do about it."""
    if isinstance(error, DefaultCredentialsError):
        why = _said(error).partition(". ")[0]
        return ExpiredError(
            f"no credentials for Google Cloud ({why}): `gcloud auth application-default login`"
        )
    if is_denied(error):
        disabled = getattr(error, "reason", None) == "SERVICE_DISABLED"
        return ReadError(f"{_said(error)}: {_DISABLED if disabled else _ROLES}")
    if isinstance(error, RefreshError) or getattr(error, "code", None) == 401:
        return ExpiredError(f"the credentials are not valid any more ({_said(error)})")
    return ReadError(_said(error), retry=delay(error) is not None)


def _said(error: Exception) -> str:
    """Say in a line what Google says."""
    if isinstance(error, RefreshError):
        return " ".join(str(error.args[0] if error.args else error).split()).rstrip(".")
    code = str(getattr(error, "code", None) or "")
    text = " ".join(str(getattr(error, "message", None) or error).split())
    # The SDK writes the request before it, with every parameter.
    text = text.partition(": ")[2] if text.startswith(("GET http", "POST http")) else text
    return " ".join(filter(None, (code, text.rstrip("."))))


def _told(error: GoogleAPICallError) -> float:
    """Read Retry-After, or else the delay that the body names, as `17s`."""
    headers: Mapping[str, Any] = getattr(getattr(error, "response", None), "headers", {})
    told = [str(headers.get("Retry-After") or "")]
    told += [str(each.get("retryDelay", "")) for each in error.details if isinstance(each, Mapping)]
    seconds = [_seconds(each.removesuffix("s")) for each in told]
    return max(seconds)


def _seconds(text: str) -> float:
    try:
        return max(float(text), 0.0)
    except ValueError:
        return 0.0
