"""Running the real command line in process, in an empty directory."""

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tagward_service.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]

FULL = {"ml-team": "fraud", "ml-project": "cards", "ml-workload-type": "inference", "ml-environment": "dev"}


def manifest(name: str = "web", **labels: str) -> str:
    """A pod, the smallest thing that is judged."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": {}}
    return json.dumps(pod)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository as the working directory, with nothing set in the environment."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("POLICY", "FORMAT", "FAIL_ON", "UNKNOWN", "AS_OF", "QUIET", "COLOR", "DEBUG", "TARGET"):
        monkeypatch.delenv(f"TAGWARD_{name}", raising=False)
    return tmp_path


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command; the good and the bad manifest are there."""
    (here / "good.json").write_text(manifest(**FULL))
    (here / "bad.json").write_text(manifest("bad", **{"ml-team": "fraud"}))
    capsys.readouterr()

    def invoke(*arguments: str) -> Ran:
        try:
            code = main(arguments)
        finally:
            gc.unfreeze()
            gc.enable()
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return invoke
