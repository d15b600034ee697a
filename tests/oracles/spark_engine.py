"""Apache Spark as a process, in an environment of its own: Parquet files and SQL in, rows out."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.oracles.tool import TOOLS, ToolError, why_absent

PYTHON = TOOLS / "spark" / "bin" / "python"
HERE = Path(__file__).parent / "spark"

Row = dict[str, Any]


def absent() -> str:
    """Say why the engine cannot run; "" when it can."""
    return why_absent("spark", there=PYTHON.is_file())


def version() -> str:
    """Name the engine and the version that is pinned."""
    found = re.search(r"^pyspark==(\S+)", (HERE / "requirements.txt").read_text(), re.MULTILINE)
    assert found is not None, "pyspark is not pinned"
    return f"Apache Spark {found[1]}"


def beside() -> dict[str, str]:
    """Return an environment in which another Python finds the driver of Spark too."""
    (packages,) = (TOOLS / "spark" / "lib").glob("python*/site-packages")
    return {**os.environ, "PYTHONPATH": str(packages), "SPARK_LOCAL_IP": "127.0.0.1"}


class Spark:
    """One session on this machine, asked in lines of JSON; decimals and times come as text."""

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [str(PYTHON), str(HERE / "ask.py")],
            cwd=self.folder.name,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.__exit__(kind, error, trace)
        self.folder.cleanup()

    def rows(
        self, query: str, *, files: Mapping[str, Path] | None = None, views: Mapping[str, str] | None = None
    ) -> list[Row]:
        """Run a query over `files` (Parquet) and `views` (SQL) by their names; a ToolError says why not."""
        asked = {
            "query": query,
            "files": {name: str(file) for name, file in (files or {}).items()},
            "views": dict(views or {}),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if said["error"]:
            raise ToolError(said["error"])
        return [dict(zip(said["columns"], row, strict=True)) for row in said["rows"]]
