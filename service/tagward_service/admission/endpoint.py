"""The admission webhook as an ASGI application: as little as it takes between a request and its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from time import perf_counter
from typing import Any

from tagward.resource import Tags
from tagward_service.admission.bodies import DEFAULTS, Bodies, Limits, Message, Receive
from tagward_service.admission.contract import Request, Response, ReviewError, read_request, write_response
from tagward_service.admission.live import LivePolicy
from tagward_service.admission.log import Log
from tagward_service.admission.metrics import Metrics
from tagward_service.admission.namespaces import Namespaces
from tagward_service.admission.problems import MEDIA_TYPE, RefusedError, encoded, problem
from tagward_service.admission.review import Reviewer

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

Answer = Callable[[Reviewer, Request, Tags | None], Response]

WEBHOOKS: Mapping[str, tuple[str, Answer]] = {
    "/admission/validate": ("validate", Reviewer.review),
    "/admission/mutate": ("mutate", Reviewer.fill),
}

_JSON = b"application/json"
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"


class Admission:
    """Answers reviews by the policy in force; `namespaces` are the labels of those that are known."""

    def __init__(
        self,
        live: LivePolicy,
        log: Log,
        metrics: Metrics,
        namespaces: Namespaces | None = None,
        limits: Limits = DEFAULTS,
    ) -> None:
        self.live = live
        self.log = log
        self.metrics = metrics
        self.namespaces = namespaces
        self._bodies = Bodies(limits)
        self._was_ready = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        try:
            status, media_type, body = await self._answer(scope, receive)
        except RefusedError as refused:
            self.metrics.refused(refused.status.value)
            status, media_type = refused.status, MEDIA_TYPE
            body = encoded(problem(refused.status, refused.detail))
        except Exception as error:  # the API server is told, and goes by its failurePolicy
            self.log.write("bug", error=f"{type(error).__name__}: {error}", path=scope["path"])
            self.metrics.refused(500)
            status, media_type = HTTPStatus.INTERNAL_SERVER_ERROR, MEDIA_TYPE
            body = encoded(problem(status, "this is a bug in tagward"))
        headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status.value, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[HTTPStatus, bytes, bytes]:
        path, method = scope["path"], scope["method"]
        webhook = WEBHOOKS.get(path)
        if webhook is None:
            return self._about_itself(path, method)
        if method != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "reviews are posted")
        if not _is_json(scope):
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "reviews are application/json")
        body = await self._bodies.read(scope, receive)
        try:
            return HTTPStatus.OK, _JSON, await self._review(*webhook, body)
        finally:
            self._bodies.give_back(body)

    async def _review(self, name: str, answer: Answer, body: bytes) -> bytes:
        started = perf_counter()
        reviewer = self.live.reviewer()
        if reviewer is None:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "no policy could be loaded yet")
        try:
            request = read_request(body)
            known = self.namespaces
            labels = None if known is None else await self._labels(known, reviewer, request)
            response = answer(reviewer, request, labels)
        except ReviewError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from None
        self._told(name, request, response, perf_counter() - started)
        return write_response(response)

    async def _labels(self, known: Namespaces, reviewer: Reviewer, request: Request) -> Tags | None:
        """Return the labels of the namespace of a request, None when nobody knows them."""
        if not reviewer.inherits:
            return None
        labels = known.get(request.namespace)
        if labels is None and reviewer.asks_for_namespace(request):
            return await known.wait_for(request.namespace)
        return labels

    def _told(self, webhook: str, request: Request, response: Response, seconds: float) -> None:
        """Count and log a decision; values of labels are nobody's business here."""
        decision = "denied" if not response.allowed else "patched" if response.patch else "allowed"
        self.metrics.reviewed(webhook, decision, seconds)
        self.metrics.found(response.audit_annotations.get("codes", ""))
        if self.log.decisions == "none" or (self.log.decisions == "denied" and response.allowed):
            return
        self.log.write_soon(
            "review",
            webhook=webhook,
            uid=request.uid,
            kind=f"{request.kind.group}/{request.kind.kind}".lstrip("/"),
            namespace=request.namespace,
            name=request.name,
            operation=request.operation,
            dry_run=request.dry_run,
            **response.audit_annotations | {"decision": decision},
        )

    def _about_itself(self, path: str, method: str) -> tuple[HTTPStatus, bytes, bytes]:
        if path not in ("/healthz", "/readyz", "/metrics"):
            raise RefusedError(HTTPStatus.NOT_FOUND, f"there are {', '.join(WEBHOOKS)}")
        if method not in ("GET", "HEAD"):
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED)
        if path == "/metrics":
            return HTTPStatus.OK, _TEXT, self.metrics.text(self.live.condition, self.namespaces)
        if path == "/healthz":
            return HTTPStatus.OK, _TEXT, b"ok\n"
        return HTTPStatus.OK, _TEXT, self._readiness().encode()

    def _readiness(self) -> str:
        """Say what reviews go by; refused until that is a policy, and the namespaces it needs are listed.

        What was ready once stays so, as a warning for want of labels is better than no answer.
        """
        condition, namespaces, reviewer = self.live.condition, self.namespaces, self.live.reviewer()
        if reviewer is None:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, condition.fault or "no policy is loaded yet")
        waits = reviewer.inherits and not self._was_ready
        if namespaces is not None and waits and not namespaces.is_listed:
            why = f": {namespaces.fault}" if namespaces.fault else " yet"
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, f"the namespaces are not known{why}")
        self._was_ready = True
        fault = f"; a newer one is broken: {condition.fault}" if condition.fault else ""
        said = f"policy {condition.name} {condition.sha256[:12]}{fault}\n"
        if namespaces is not None:
            fault = (
                f"; not heard of for {namespaces.age:.0f} s: {namespaces.fault}" if namespaces.fault else ""
            )
            said += f"{len(namespaces)} namespaces{fault}\n"
        return said


def _is_json(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"content-type":
            is_json: bool = value == _JSON or value.partition(b";")[0].strip().lower() == _JSON
            return is_json
    return False
