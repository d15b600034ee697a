"""The IAM policy linter `parliament`, in an environment of its own."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".tools" / "parliament" / "bin" / "python"
PROGRAM = ROOT / "tests" / "oracles" / "parliament" / "check.py"

OLDER_DATA = ("UNKNOWN_ACTION", "UNKNOWN_PREFIX")
"""Its list of actions is of April 2025; the catalogue's, newer, is compared with botocore."""


def absent() -> str:
    """Say why the linter cannot run; "" when it can."""
    if not PYTHON.exists():
        return "parliament is not installed: run `make conformance`, or tests/oracles/parliament/install.sh"
    return ""


def version() -> str:
    """Return the name and version of the linter."""
    asked = "import importlib.metadata as m; print(m.version('parliament'))"
    return f"parliament {_run('-c', asked).strip()}"


def lint(documents: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Return what it finds wrong with each policy: issue and detail."""
    found = json.loads(_run(str(PROGRAM), given=json.dumps(documents)))
    return [[(issue, detail) for issue, detail in each] for each in found]


def _run(*arguments: str, given: str = "") -> str:
    # Its dependencies warn of their own age.
    command = [str(PYTHON), "-W", "ignore", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout
