"""Kyverno's webhook for ValidatingPolicies as a process: policies and admission requests in, responses out.

A small program of ours around Kyverno's own handler, engine and matcher (tests/oracles/kyverno/webhook). Not
as in a cluster: nobody holds requests back before, neither the API server by the match conditions that
Kyverno hands on to it, nor the resource filters of the installation.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from tests.oracles import kyverno_engine
from tests.oracles.manifests import Manifest
from tests.oracles.tool import TOOLS, ToolError, why_absent

PROGRAM = TOOLS / "bin" / "kyverno-webhook"


@dataclass(frozen=True)
class Result:
    """What a policy says of a request; for all its validations the first that fails."""

    policy: str
    outcome: Literal["pass", "fail", "error", "skip"]
    message: str


@dataclass(frozen=True)
class Review:
    """The response to a request, and what it was made of; policies that are not about it say nothing."""

    allowed: bool
    message: str
    warnings: tuple[str, ...]
    results: tuple[Result, ...]


def absent() -> str:
    """Say why the engine cannot run; "" when it can."""
    return why_absent("kyverno-webhook", there=PROGRAM.is_file())


def version() -> str:
    """Name the engine and its version."""
    return kyverno_engine.version().replace("kyverno", "kyverno's webhook")


class Webhook:
    """One process, asked in lines of JSON; it compiles the policies of a question once."""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.__exit__(kind, error, trace)

    def take(self, *policies: Manifest) -> None:
        """Create policies; one that Kyverno refuses is a ToolError."""
        self._ask({"policies": policies})

    def scanned(self, policy: Manifest, served: Sequence[tuple[str, str, str]]) -> list[str]:
        """List the kinds whose objects Kyverno's scans look at, of those served (group, version, kind)."""
        kinds = [dict(zip(("Group", "Version", "Kind"), each, strict=True)) for each in served]
        return list(self._ask({"policies": [policy], "served": kinds})["kinds"] or ())

    def review(
        self,
        policies: Sequence[Manifest],
        requests: Sequence[Mapping[str, Any]],
        *,
        namespaces: Sequence[Manifest] = (),
    ) -> list[Review]:
        """Answer AdmissionRequests; policies that do not compile are a ToolError."""
        if not requests:
            return []
        numbered = [{"uid": str(number), **each} for number, each in enumerate(requests)]
        asked = {"policies": policies, "requests": numbered, "namespaces": namespaces}
        return [_review(each) for each in self._ask(asked)["reviews"]]

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        if said["error"]:
            raise ToolError(said["error"])
        return said


def _review(said: Mapping[str, Any]) -> Review:
    response = said["response"]
    return Review(
        response["allowed"],
        response.get("status", {}).get("message", ""),
        tuple(response.get("warnings") or ()),
        tuple(Result(**each) for each in said["results"] or ()),
    )
