"""OPA, the Go engine, as a process: Rego modules and many inputs in, what a query says of each out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.oracles.tool import Tool, ToolError, write

OPA = Tool("opa", "github.com/open-policy-agent/opa")
absent, version = OPA.absent, OPA.version

UNDEFINED = object()
"""What a query says of an input for which it has no value."""

EACH = "[[number, value] | some number, each in input; value := {query} with input as each]"


def evaluate(
    modules: Mapping[str, str], query: str, inputs: Sequence[Any], *, strict: bool = True
) -> list[Any]:
    """Evaluate a query, `data.main.deny`, on each input; sets come back as sorted lists.

    Modules are by file name (`x.rego`, `data.json`). A built-in that fails is a ToolError
    when `strict`; otherwise its expression is undefined, as in production.
    """
    with TemporaryDirectory() as folder:
        write(Path(folder), modules)
        arguments = ["eval", "--format", "json", "--fail", "--stdin-input", "--data", folder]
        arguments += ["--strict-builtin-errors"] if strict else []
        ran = OPA.run(*arguments, EACH.format(query=query), given=json.dumps(list(inputs)))
    if ran.code:
        raise ToolError(ran.out + ran.said)
    pairs: list[tuple[int, Any]] = json.loads(ran.out)["result"][0]["expressions"][0]["value"]
    values = dict(pairs)
    return [values.get(number, UNDEFINED) for number in range(len(inputs))]


def check(modules: Mapping[str, str]) -> str:
    """Compile modules strictly; return what OPA has against them, "" when nothing."""
    return _complaint(modules, "check", "--strict")


def misformatted(modules: Mapping[str, str]) -> str:
    """Return what `opa fmt` would change, "" when nothing."""
    return _complaint(modules, "fmt", "--diff", "--fail")


def test(modules: Mapping[str, str]) -> str:
    """Run the rules named test_*; return the report when one fails or none is there, "" when all pass."""
    return _complaint(modules, "test", "--fail-on-empty")


def _complaint(modules: Mapping[str, str], *arguments: str) -> str:
    with TemporaryDirectory() as folder:
        write(Path(folder), modules)
        ran = OPA.run(*arguments, folder)
        return "" if ran.code == 0 else (ran.out + ran.said).replace(f"{folder}/", "")
