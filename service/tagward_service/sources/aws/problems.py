"""What AWS refuses, and what follows: a part that cannot be read, a type, one resource, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import shorten
from typing import Any

from tagward_service.scan.interface import ExpiredError, ReadError

POLICY = "`tagward scan aws --print-permissions` prints the policy"

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_CALLER = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED = {"AccessDenied", "AuthorizationError", "NotAuthorized", "UnauthorizedOperation", "Forbidden"}
_NOT_SUBSCRIBED = {"OptInRequired", "SubscriptionRequiredException", "NotSignedUp"}
_BUSY = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "BandwidthLimitExceeded")
_GONE = ("NotFound", "NoSuch", "NonExist", "DoesNotExist", "NotExists")
_LOGIN = {
    "LoginRefreshRequired",
    "SSOTokenLoadError",
    "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
}
_NOT_IMPLEMENTED = 501
_LONGEST = 400


class Refused(Exception):  # noqa: N818  (an answer, not an error of this program)
    """AWS did not tell; `why` is for people, and `incomplete` says that something was left unread."""

    incomplete = True

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Denied(Refused):
    """A permission is missing."""


class Odd(Refused):
    """The answer cannot be understood."""


class Gone(Refused):
    """What was asked about exists no more."""

    incomplete = False

    def __init__(self, why: str, code: str) -> None:
        super().__init__(why)
        self.code = code


class NotSubscribed(Refused):
    """The account does not have the service, so nothing of it can exist there."""

    incomplete = False


class NoEndpointError(ReadError):
    """Nothing answers at the address of a service."""


@contextmanager
def asking(permission: str) -> Iterator[None]:
    """Turn what botocore raises into ReadError, or Refused where only the call that was made fails."""
    from botocore import exceptions as aws
    from botocore.parsers import ResponseParserError

    try:
        yield
    except aws.ClientError as error:
        raise _answered(error, permission) from error
    except aws.NoCredentialsError as error:
        raise ReadError("no AWS credentials: set AWS_PROFILE, or log in with `aws sso login`") from error
    except aws.EndpointConnectionError as error:
        raise NoEndpointError(f"`{permission}`: {_said(error)}", retry=True) from error
    except aws.PaginationError as error:
        raise Odd(f"`{permission}` answers with the same page again and again") from error
    except ResponseParserError as error:
        raise Odd(f"`{permission}` gave an answer that is not what it should be: {_said(error)}") from error
    except aws.BotoCoreError as error:
        raise _failed(error, permission) from error


def _answered(error: Any, permission: str) -> Exception:
    code, status = _code(error), _status(error)
    said = f"`{permission}` answered {code}: {_message(error)}"
    if code in _EXPIRED:
        return ExpiredError(f"the AWS credentials have expired ({code}): renew them and resume the scan")
    if code in _UNKNOWN_CALLER:
        return ReadError(f"{said} (does AWS know these credentials, and is the region enabled?)")
    if any(word in code for word in _BUSY) or status == 429:
        return ReadError(f"{said} (still throttled after every retry)", retry=True)
    if code in _NOT_SUBSCRIBED:
        return NotSubscribed(f"the account has not signed up for the service ({code})")
    if code.removesuffix("Exception") in _DENIED or status == 403:
        return Denied(f"`{permission}` is denied: {_message(error)} ({POLICY})")
    if status >= 500 and status != _NOT_IMPLEMENTED:
        return ReadError(said, retry=True)
    return Gone(said, code) if any(word in code for word in _GONE) else Refused(said)


def _failed(error: Exception, permission: str) -> Exception:
    from botocore import exceptions as aws

    if type(error).__name__ in _LOGIN:
        return ExpiredError(f"the login has ended ({_said(error)}): log in again and resume the scan")
    if isinstance(error, aws.HTTPClientError):
        return ReadError(f"`{permission}`: {_said(error)}", retry=True)
    return ReadError(f"`{permission}`: {_said(error)}")


def _code(error: Any) -> str:
    code = str(error.response.get("Error", {}).get("Code") or "an error without a code")
    # Query APIs prefix it with who is to blame, some with a namespace.
    return code.removeprefix("Client.").removeprefix("Server.").rpartition("#")[2]


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def _message(error: Any) -> str:
    return _short(str(error.response.get("Error", {}).get("Message") or "no reason given"))


def _said(error: Exception) -> str:
    return _short(str(error))


def _short(text: str) -> str:
    """Put what AWS says on one line: a proxy may have answered with a whole page."""
    return shorten(text, _LONGEST, placeholder=" ...")
