"""Lists of AWS, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any

from tagward_service.sources.aws.problems import Odd, asking
from tagward_service.sources.tokens import Tokens

TOKENS = ("NextToken", "nextToken", "Marker")
"""Names of the token in request and answer alike, for the few lists that botocore has no paginator for."""

_ENDS = tuple({name.lower() for name in TOKENS} | {"nextmarker", "continuationtoken", "paginationtoken"})


def pages(
    client: Any,
    operation: str,
    given: Mapping[str, Any],
    *,
    permission: str,
    page: int = 0,
    stop: Event | None = None,
) -> Iterator[dict[str, Any]]:
    """Ask for a list until its end, or until `stop` is set; raise ReadError, or Refused."""
    from botocore import xform_name

    method = xform_name(operation)
    if client.can_paginate(method):
        paginator = client.get_paginator(method)
        with asking(permission):
            answers = iter(paginator.paginate(PaginationConfig={"PageSize": page} if page else {}, **given))
    else:
        answers = _by_token(getattr(client, method), given)
    tokens = Tokens(permission)
    token: tuple[str, ...] = ()
    while stop is None or not stop.is_set():
        with asking(permission):
            answer = next(answers, None)
        if answer is None:
            return
        if token and not tokens.is_new(token):
            raise Odd(f"`{permission}` leads back to the same page again and again")
        token = _token(answer)
        yield answer


def _token(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what leads to the next page, if there is one: some answers have the token that led to them, too.

    botocore notices only a page that follows itself.
    """
    named = ((name.lower(), value) for name, value in answer.items())
    return tuple(value for name, value in named if name.endswith(_ENDS) and isinstance(value, str))


def _by_token(method: Any, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    answer = method(**given)
    yield answer
    while token := next(((name, answer[name]) for name in TOKENS if answer.get(name)), None):
        name, value = token
        answer = method(**given, **{name: value})
        if answer.get(name) == value:
            raise Odd("the same page comes again and again")
        yield answer
