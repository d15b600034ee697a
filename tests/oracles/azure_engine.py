"""Microsoft's implementation of Azure Policy as a process: definitions and resources in, what fires out.

Not as in Azure: `mode` is not looked at; where a template function fails, the condition is false and does not
deny; a parameter that is not declared and a `like` with two asterisks are let through; tag names of
resourceGroup() and subscription() are told apart by case; `tags['''x''']` finds no tag.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.oracles.tool import ROOT, TOOLS, ToolError, why_absent

PROGRAM = TOOLS / "bin" / "azure-policy"
MANIFEST = ROOT / "tests" / "oracles" / "azure" / "Cargo.toml"


@dataclass(frozen=True)
class Answer:
    """What a definition does to a resource."""

    fires: bool
    effect: str
    """As spelt in the definition or its parameters; "" when it does not fire, or is disabled."""
    details: Any
    """For modify and append: `operations` with their values computed."""


def absent() -> str:
    """Say why the engine cannot run; "" when it can."""
    return why_absent("azure", there=PROGRAM.is_file())


def version() -> str:
    """Name the engine and the version that its manifest pins."""
    return "regorus " + MANIFEST.read_text().partition('regorus = { version = "=')[2].partition('"')[0]


class Engine:
    """One engine process, asked in lines of JSON; it compiles a definition once."""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.__exit__(kind, error, trace)

    def ask(
        self,
        definition: Mapping[str, Any],
        resources: Sequence[Mapping[str, Any]],
        *,
        parameters: Mapping[str, Any] | None = None,
        resource_group: Mapping[str, Any] | None = None,
        subscription: Mapping[str, Any] | None = None,
    ) -> list[Answer]:
        """Evaluate a definition (`{"properties": ...}`) on resources as ARM spells them; parameters by value.

        A definition that does not compile, or an expression that cannot be evaluated, is a ToolError.
        """
        shared = {
            "definition": definition,
            "parameters": parameters or {},
            "resourceGroup": resource_group or {},
            "subscription": subscription or {},
        }
        return [self._answer(shared | {"resource": each}) for each in resources]

    def _answer(self, asked: Mapping[str, Any]) -> Answer:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if "error" in said:
            raise ToolError(said["error"])
        return Answer(**said)
