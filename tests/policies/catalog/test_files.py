"""The data files: they say where they come from, read fast, and cost nothing until asked."""

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tagward.catalog import header, sources
from tagward.catalog.files import DIRECTORY, NAMES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", NAMES)
def test_every_file_names_its_sources_and_their_date(name: str) -> None:
    found = header(name)
    assert found.note
    assert found.source
    assert found.date == max(source.date for source in found.source)
    assert all(datetime.date.fromisoformat(source.date) for source in found.source)


def test_every_data_file_is_one_that_the_catalogue_reads() -> None:
    assert sorted(path.stem for path in DIRECTORY.glob("*.json")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_entries_are_sorted_and_one_a_line(name: str) -> None:
    text = (DIRECTORY / f"{name}.json").read_text()
    for section in [value for value in json.loads(text).values() if isinstance(value, dict)]:
        assert list(section) == sorted(section)
        assert all(f"\n{json.dumps(key, ensure_ascii=False)}:" in text for key in list(section)[:50])


def test_the_catalogue_stays_small() -> None:
    assert all((DIRECTORY / f"{name}.json").stat().st_size < 600_000 for name in NAMES)


def test_sources_are_the_pinned_packages() -> None:
    pinned = dict(
        line.split(" ")[0].split("==", 1)
        for line in (ROOT / "requirements" / "catalog.txt").read_text().splitlines()
        if "==" in line and not line.startswith(" ")
    )
    packages = [source for source in sources() if source.name in pinned]
    assert len(packages) == 6
    assert {source.name: source.version for source in packages} == {s.name: pinned[s.name] for s in packages}


def test_importing_the_catalogue_reads_no_data() -> None:
    script = (
        "import pathlib\n"
        "def refuse(*_): raise AssertionError('data was read at import')\n"
        "pathlib.Path.read_bytes = pathlib.Path.read_text = refuse\n"
        "import tagward.catalog, sys\n"
        "assert 'difflib' not in sys.modules and 'json.decoder' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
