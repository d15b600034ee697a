"""Hostile files get an answer from the command line: in time, in little memory, in few words."""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest
from msgspec import Struct

from tagward_service.cli import main
from tests.fuzz.hostile import QUICK, WHOLE, Case, Command, plans, policies, yaml_files

MEMORY = 1280 * 1024 * 1024
"""Bytes of address space beside what the test runner has taken: twelve times the largest file."""
WALL_SECONDS = 120
MOST_SAID = 32 * 1024
FULL_RUN = 10_000
"""So many examples mean that there is time for the largest files."""


class Answer(Struct, frozen=True):
    """What a command came to."""

    code: int
    printed: str
    said: str


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Import here what each process would have to import again."""
    for name in (
        "cli.check",
        "cli.lint",
        "sources.terraform.plan",
        "sources.terraform.state",
        "sources.mistakes",
    ):
        import_module(f"tagward_service.{name}")
    for name in ("loading.explain", "catalog", "reading.yaml_reader"):
        import_module(f"tagward.{name}")
    for name in ("jsonschema", "re2"):
        import_module(name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    scale = WHOLE if metafunc.config.getoption("--fuzz-examples") >= FULL_RUN else QUICK
    runs: list[tuple[Command, Case]] = [
        *(("check", case) for case in (*yaml_files("check", scale), *policies())),
        *(("lint", case) for case in (*yaml_files("lint", scale), *plans(scale))),
    ]
    ids = [f"{command}-{case.name}" for command, case in runs]
    metafunc.parametrize(("command", "case"), runs, ids=ids)


def test_a_hostile_file_is_answered(command: Command, case: Case, tmp_path: Path) -> None:
    file = tmp_path / "input"
    with file.open("wb") as stream:
        stream.writelines(case.content())
    answer = run(command, file, case.seconds)
    file.unlink()
    assert answer.code in case.codes, (answer.code, answer.said[:2000])
    assert "Traceback" not in answer.said
    assert "this is a bug" not in answer.said
    assert len(answer.said) + len(answer.printed) < MOST_SAID
    assert answer.said or answer.code != 2
    assert all(line.isprintable() for line in (answer.said + answer.printed).split("\n"))


def run(command: Command, file: Path, seconds: int) -> Answer:
    """Run a command in a process of its own, with little memory and time; a signal is a negative code."""
    folder = file.parent
    child = os.fork()
    if not child:
        _run_here(command, file, seconds)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return Answer(code, *(folder.joinpath(name).read_text() for name in ("printed", "said")))


def _run_here(command: Command, file: Path, seconds: int) -> NoReturn:
    try:
        os.chdir(file.parent)
        sys.stdout = Path("printed").open("w")  # noqa: SIM115  (the end of the process closes it)
        sys.stderr = Path("said").open("w")  # noqa: SIM115
        signal.alarm(WALL_SECONDS)
        memory = _taken() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        code = main([command, str(file)])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(99)


def _taken() -> int:
    """Return the bytes of address space that this process has, which is a lot after other tests."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def test_the_limits_are_felt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that a file which takes too much is told apart: the time limit ends the process that reads it."""
    monkeypatch.setattr("tagward_service.cli.dispatch.dispatch", _work_for_ever)
    assert run("lint", tmp_path / "x", 1).code == -signal.SIGXCPU
    monkeypatch.setattr("tagward_service.cli.dispatch.dispatch", lambda _: len(bytearray(2 * MEMORY)))
    assert "this is a bug in tagward: MemoryError" in run("lint", tmp_path / "x", 1).said


def _work_for_ever(_: object) -> NoReturn:
    while True:
        pass
