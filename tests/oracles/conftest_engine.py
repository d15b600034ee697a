"""Conftest as a process: Rego modules and many files in, its failures and warnings by file out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.oracles.tool import Tool, ToolError, write

CONFTEST = Tool("conftest", "github.com/open-policy-agent/conftest")
absent, version = CONFTEST.absent, CONFTEST.version


@dataclass(frozen=True)
class Report:
    """What conftest says of one file: messages, sorted."""

    failures: tuple[str, ...]
    warnings: tuple[str, ...]
    exceptions: tuple[str, ...]


def judge(
    modules: Mapping[str, str], files: Mapping[str, Any], *, namespace: str = "main"
) -> dict[str, Report]:
    """Test documents, by file name (`plan.json`), with the rules of a package."""
    with TemporaryDirectory() as folder:
        write(Path(folder, "policy"), modules)
        write(Path(folder), {name: json.dumps(document) for name, document in files.items()})
        ran = CONFTEST.run(
            "test",
            "--output",
            "json",
            "--policy",
            "policy",
            "--namespace",
            namespace,
            *files,
            cwd=Path(folder),
        )
    if not ran.out.startswith("["):
        raise ToolError(ran.out + ran.said)
    return {each["filename"]: _report(each) for each in json.loads(ran.out)}


def _report(said: Mapping[str, Any]) -> Report:
    def messages(kind: str) -> tuple[str, ...]:
        return tuple(sorted(str(each["msg"]) for each in said.get(kind, [])))

    return Report(messages("failures"), messages("warnings"), messages("exceptions"))
