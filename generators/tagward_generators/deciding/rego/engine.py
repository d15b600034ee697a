"""The program `opa`: many plans in, what a package finds in each of them out."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tagward_generators.deciding.rulings import RefusedError

PROGRAM = "opa"
MODES = ("deny", "warn", "audit")

_SECONDS = 120
_EACH = (
    "[[number, found] | some number, each in input; "
    "found := {{mode: said | some mode in {modes}; said := data.{package}[mode]}} with input as each]"
)
_REACHES_OUT = ("http.", "net.", "opa.runtime", "providers.aws.")
"""Built-in functions that ask somebody else; modules may come from anywhere."""

Finding = Mapping[str, Any]
Found = Mapping[str, Sequence[Finding]]
"""Findings by the rule that holds them: deny, warn, audit."""


def installed() -> bool:
    """Say whether the program is there."""
    return shutil.which(PROGRAM) is not None


def evaluate(modules: Mapping[str, str], package: str, plans: Sequence[Any]) -> list[Found]:
    """Ask a package about plans. Raises RefusedError where its modules do not compile or fail."""
    query = _EACH.format(modes=json.dumps(MODES), package=package)
    with TemporaryDirectory() as folder:
        for name, text in modules.items():
            Path(folder, f"{name}.rego").write_text(text, encoding="utf-8")
        Path(folder, "capabilities.json").write_text(_capabilities(), encoding="utf-8")
        arguments = ["eval", "--format", "json", "--stdin-input", "--timeout", f"{_SECONDS}s"]
        arguments += ["--capabilities", str(Path(folder, "capabilities.json"))]
        arguments += [each for name in modules for each in ("--data", str(Path(folder, f"{name}.rego")))]
        said = _run([*arguments, query], json.dumps(list(plans)))
    if "result" not in said:
        raise RefusedError(f"OPA refuses it: {_complaint(said)}")
    pairs = said["result"][0]["expressions"][0]["value"]
    return [dict(found) for _, found in sorted(pairs, key=lambda pair: int(pair[0]))]


@cache
def _capabilities() -> str:
    """Take away what reaches out."""
    capabilities = _run(["capabilities", "--current"], "")
    capabilities["builtins"] = [
        each for each in capabilities["builtins"] if not each["name"].startswith(_REACHES_OUT)
    ]
    return json.dumps(capabilities | {"allow_net": []})


def _run(arguments: Sequence[str], given: str) -> dict[str, Any]:
    program = shutil.which(PROGRAM) or PROGRAM
    try:
        ran = subprocess.run(  # noqa: S603
            [program, *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=2 * _SECONDS,
            check=False,
        )
        said: dict[str, Any] = json.loads(ran.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise RefusedError(f"OPA does not answer: {error}") from None
    return said


def _complaint(said: Mapping[str, Any]) -> str:
    errors = said.get("errors") or [{"message": "nothing is defined"}]
    return " ".join(str(errors[0].get("message", errors[0])).split())
