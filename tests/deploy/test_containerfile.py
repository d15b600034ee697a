"""The image is made of what is pinned, runs as nobody, and holds what the command needs."""

import re
import tomllib
from pathlib import Path

import pytest

from tagward import __version__
from tests.deploy.rendered import DEPLOY, ROOT

LINES = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text()).splitlines()
STEPS = [line.split(maxsplit=1) for line in LINES if line.strip() and not line.startswith("#")]
LOCKED = (ROOT / "requirements" / "service.txt").read_text()


def steps(word: str) -> list[str]:
    return [rest for instruction, rest in STEPS if instruction == word]


def test_the_base_is_pinned_by_its_digest() -> None:
    [base] = steps("ARG")

    assert re.fullmatch(r"BASE=python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base)
    assert {each.split()[0] for each in steps("FROM")} == {"${BASE}"}


def test_it_runs_as_nobody_in_particular() -> None:
    assert steps("USER") == ["65532:65532"]


def test_it_is_of_this_version() -> None:
    assert f'version="{__version__}"' in " ".join(steps("LABEL"))


def test_nothing_is_installed_that_is_not_pinned_by_a_hash() -> None:
    [installed] = [each for each in steps("RUN") if "pip install" in each]
    pins = re.findall(r"^([a-z0-9-]+)==", LOCKED, re.MULTILINE)

    assert "--require-hashes --only-binary :all:" in installed
    assert "apt-get" not in " ".join(steps("RUN"))
    assert not steps("ADD")
    assert len(pins) == len(re.findall(r"^[a-z0-9-]+==.*\\\n    --hash=sha256:", LOCKED, re.MULTILINE))


@pytest.mark.parametrize("extra", ["", "kubernetes", "service"])
def test_everything_that_the_service_needs_is_installed(extra: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = project["optional-dependencies"][extra] if extra else project["dependencies"]

    # The webhook remembers nothing: what `kubernetes` takes from the other extras is for scans.
    names = {re.split(r"[<>=\[]", each)[0] for each in needed} - {"tagward"}
    assert names <= set(re.findall(r"^([a-z0-9-]+)==", LOCKED, re.MULTILINE))


def test_the_service_runs_on_what_was_tested() -> None:
    tested = dict(
        re.findall(r"^([a-z0-9-]+)==([^ ]+)", (ROOT / "requirements" / "test.txt").read_text(), re.MULTILINE)
    )

    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ]+)", LOCKED, re.MULTILINE):
        assert tested.get(name) == version


def test_everything_that_is_copied_is_there_and_sent_to_the_builder() -> None:
    sent = (DEPLOY / "Containerfile.dockerignore").read_text().split()

    for step in steps("COPY"):
        source = step.split()[0]
        if not source.startswith("--from"):
            assert (ROOT / source).exists()
            assert f"!{source}" in sent


def test_every_package_is_copied() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]

    copied = {step.split()[0]: Path(step.split()[-1]).name for step in steps("COPY")}
    assert {package: Path(package).name for package in built["packages"]}.items() <= copied.items()
