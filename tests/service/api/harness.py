"""The API with real workers, asked without a socket; clock, policy and limits are in our hands."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from tagward.errors import UsageError
from tagward.loader import load
from tagward.policy import Policy
from tagward_service.admission.live import LivePolicy
from tagward_service.admission.log import Log
from tagward_service.admission.metrics import Metrics
from tagward_service.admission.review import Settings
from tagward_service.api.access import Access
from tagward_service.api.application import framework
from tagward_service.api.bodies import Limits as BodyLimits
from tagward_service.api.endpoints import Parts
from tagward_service.api.metrics import ApiMetrics
from tagward_service.api.pool import Limits, Pool
from tagward_service.api.rates import Rate
from tagward_service.api.shell import Shell
from tagward_service.api.tokens import TokenFile

HERE = Path(__file__).parent
DATA = HERE / "data"
POLICY = DATA / "tagward.yaml"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = {"content-type": "application/json"}
YAML = {"content-type": "application/yaml"}

POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: scorer, labels: {ml-team: nlp}}
"""


class Source:
    """A policy that can be replaced or broken."""

    def __init__(self) -> None:
        self.policy = load(POLICY, as_of=NOON.date())
        self.fault = ""

    def __call__(self, _: date) -> Policy:
        if self.fault:
            raise UsageError(self.fault)
        return self.policy


class Api:
    """One API, in an event loop of its own. Use it as a context, or its workers outlive it."""

    def __init__(
        self,
        *,
        tokens: Path | None = None,
        rate: Rate | None = None,
        limits: Limits | None = None,
        bodies: BodyLimits | None = None,
        clock: Callable[[], datetime] = lambda: NOON,
        store: str = "",
    ) -> None:
        self.source = Source()
        self.lines = io.BytesIO()
        self.log = Log(self.lines)
        self.live = LivePolicy(self.source, Settings(), clock)
        self.live.refresh()
        metrics = Metrics()
        self.tokens = TokenFile(tokens, self.log) if tokens else None
        access = Access(rate or Rate(0), lambda: clock().date(), self.tokens)
        self._runner = asyncio.Runner()
        self.pool = self._runner.run(_made(self.log, limits or Limits(workers=1)))
        api_metrics = ApiMetrics(metrics.registry)
        bounds = bodies or BodyLimits()
        self.parts = Parts(self.live, self.pool, access, metrics, api_metrics, bounds, store)
        self.framework: FastAPI = framework(self.parts)
        self.app: ASGIApp = Shell(self.framework, self.log, api_metrics)

    def __enter__(self) -> Self:
        self._runner.run(self.pool.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self.pool.__aexit__())
        self._runner.close()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request."""
        return self._runner.run(self.asked(method, path, **more))

    def run(self, work: Callable[[], Any]) -> Any:
        """Run a coroutine function where the API lives."""
        return self._runner.run(work())

    async def asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request, among others."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **more)

    def lint(self, content: bytes = POD, headers: dict[str, str] = YAML, **query: str) -> httpx.Response:
        """Have something judged."""
        return self.ask("POST", "/v1/lint", content=content, headers=headers, params=query)

    def logged(self) -> list[dict[str, Any]]:
        """Read the log."""
        return [json.loads(line) for line in self.lines.getvalue().splitlines()]


async def _made(log: Log, limits: Limits) -> Pool:
    return Pool(log, limits)


def problem(answer: httpx.Response) -> dict[str, Any]:
    """Read a problem document, and check what holds of each of them."""
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"].startswith("/docs#")
    assert found["title"]
    assert found["detail"]
    assert found["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return found
