"""Asking an API server through the official client: raw answers, and what goes wrong as ReadError."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from tagward_service.scan.interface import ExpiredError, ReadError

if TYPE_CHECKING:
    from kubernetes.client import ApiException
    from urllib3 import Retry

SECONDS = 60
"""How long one page may take; an API server gives up a request after as long."""

_THROTTLED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_ATTEMPTS, _BACKOFF, _LONGEST = 5, 0.2, 30

Answer = TypeVar("Answer")


class GoneError(Exception):
    """The list that is being paged through is forgotten; `more` leads on through a newer one, if it can."""

    def __init__(self, more: str) -> None:
        super().__init__(more)
        self.more = more


class RefusedError(ReadError):
    """The API server answered, and did not do what it was asked; `status` is HTTP's."""

    def __init__(self, why: str, status: int, *, retry: bool = False) -> None:
        super().__init__(why, retry=retry)
        self.status = status


class _Metadata(Struct, frozen=True):
    more: str = msgspec.field(default="", name="continue")


class _Status(Struct):
    message: str = ""
    metadata: _Metadata = _Metadata()


def patience() -> Retry:
    """Return how the client waits where the server has too much to do; who scans retries all else."""
    from urllib3 import Retry

    return Retry(
        total=None,
        connect=0,
        read=0,
        redirect=0,
        other=0,
        status=_ATTEMPTS,
        status_forcelist=_THROTTLED,
        allowed_methods=("GET",),
        backoff_factor=_BACKOFF,
        retry_after_max=_LONGEST,
        raise_on_status=False,
    )


def asked(
    ask: Callable[..., Any], *arguments: object, answers: type[Answer], right: str, **query: object
) -> Answer:
    """Call a method of the client and decode what it returns; `right` is the rule that allows it.

    Models of the client would take ten times the memory. Raises ReadError and GoneError.
    """
    from kubernetes.client import ApiException
    from urllib3.exceptions import HTTPError

    try:
        content = ask(*arguments, **query, _preload_content=False, _request_timeout=SECONDS).data
        return msgspec.json.decode(content, type=answers)
    except ApiException as error:
        raise _refused(error, right) from None
    except (HTTPError, OSError) as error:
        raise ReadError(f"the API server cannot be reached: {_line(error)}", retry=True) from None
    except msgspec.DecodeError as error:
        raise ReadError(f"what answers is no API server: {_line(error)}", retry=True) from None


def _refused(error: ApiException, right: str) -> Exception:
    status, said = error.status or 0, _said(error)
    if status == HTTPStatus.GONE:
        return GoneError(said.metadata.more)
    told = _line(said.message or error.reason)
    if status == HTTPStatus.UNAUTHORIZED:
        return ExpiredError(f"the API server does not accept the credentials (any more): {told}")
    if status == HTTPStatus.FORBIDDEN:
        return RefusedError(f"forbidden; the ClusterRole needs {right}: {told}", status)
    passing = status in _THROTTLED or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return RefusedError(f"the API server refused ({status}): {told}", status, retry=passing)


def _said(error: ApiException) -> _Status:
    try:
        return msgspec.json.decode(error.body or b"{}", type=_Status)
    except msgspec.DecodeError:
        return _Status()


def _line(told: object) -> str:
    return " ".join(str(told).split())
