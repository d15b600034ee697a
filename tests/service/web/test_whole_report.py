"""`tagward report --html`: one file that loads nothing, runs nothing and leads nowhere else."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tagward_service.cli import main
from tagward_service.store import open_store
from tests.service.web.harness import Page


@pytest.fixture(scope="module")
def written(estate: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("report") / "report.html"
    assert main(arguments(estate, file)) == 0
    return file.read_text(encoding="utf-8")


def arguments(estate: Path, file: Path | str) -> list[str]:
    store, policy = str(estate / "tagward.db"), str(estate / "tagward.yaml")
    return ["report", "--html", str(file), "--policy", policy, "--store", store, "--as-of", "2026-11-21"]


def test_everything_is_in_the_file(written: str) -> None:
    page = Page(written)
    assert {"script", "iframe", "img", "form"} & {tag for tag, _ in page.tags} == set()
    assert [each["href"] for each in page.all("link")] == ["data:,"]
    assert all(urlsplit(link).fragment in page.ids and link.startswith("#") for link in page.links)
    assert len(page.ids) == len(set(page.ids))
    for title in ("Not ready yet", "Gaps", "Tags", "Teams", "Definitions", "Reconciliation"):
        assert title in page.text
    assert len([each for each in page.all("svg") if each.get("role") == "img"]) == 6


def test_the_style_is_allowed_by_its_hash_and_nothing_else_is(written: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", written, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = next(each["content"] for each in Page(written).all("meta") if each.get("http-equiv"))
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_the_same_store_gives_the_same_file(written: str, estate: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    assert main(arguments(estate, again)) == 0
    assert again.read_text(encoding="utf-8") == written


def test_an_empty_store_is_said_and_a_missing_option_too(
    estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.db"
    open_store(str(empty)).close()
    file = tmp_path / "report.html"
    policy = str(estate / "tagward.yaml")
    assert main(["report", "--html", str(file), "--policy", policy, "--store", str(empty)]) == 3
    assert "Not known yet" in file.read_text(encoding="utf-8")
    assert main(["report", "--policy", policy, "--store", str(empty)]) == 2
    assert "missing `--html FILE`" in capsys.readouterr().err
