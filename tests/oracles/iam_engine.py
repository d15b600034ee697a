"""The independent IAM engine as a process: compiled policies and requests in, what it says of each out."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from tests.generators.random_requests import Request
from tests.oracles.tool import why_absent

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".tools" / "iam"
PROGRAM = ROOT / "tests" / "oracles" / "iam" / "simulate.mjs"

Answers = dict[str, str]
"""What the engine says of a request on each resource type that its action is evaluated on."""


def absent() -> str:
    """Say why the engine cannot run; "" when it can."""
    package = PLACE / "node_modules" / "@cloud-copilot" / "iam-simulate"
    return why_absent("iam", there=package.is_dir())


def version() -> str:
    """Name the engine and the version that its package.json pins."""
    pinned = json.loads((PROGRAM.parent / "package.json").read_text())
    return f"iam-simulate {pinned['dependencies']['@cloud-copilot/iam-simulate']}"


class Engine:
    """One engine process, asked in lines of JSON."""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            ["node", str(PROGRAM)], cwd=PLACE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.__exit__(kind, error, trace)

    def ask(
        self, documents: Sequence[str], requests: Sequence[Request], *, checked: bool = False
    ) -> list[Answers]:
        """Evaluate requests under policies; `checked` also lets the engine validate both."""
        asked: list[dict[str, Any]] = [msgspec.to_builtins(each) | {"checked": checked} for each in requests]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(
            json.dumps({"scps": [json.loads(each) for each in documents], "requests": asked}) + "\n"
        )
        self.process.stdin.flush()
        answers: list[Answers] = json.loads(self.process.stdout.readline())
        assert all(
            answer in ("Allowed", "ExplicitlyDenied") for each in answers for answer in each.values()
        ), answers
        return answers


def denied(answers: Answers) -> bool:
    """Say whether AWS would refuse the request: one resource that is denied is enough."""
    return "ExplicitlyDenied" in answers.values()
