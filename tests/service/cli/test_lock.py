"""lock: what it fetches, what it writes, and what every other command makes of that without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tagward.loading.lock import read_lock
from tagward.policy import Policy
from tagward_service.admission.live import LivePolicy
from tagward_service.admission.review import Settings
from tagward_service.cli.discovery import Found
from tagward_service.cli.policies import load_found
from tests.service.cli.conftest import Run
from tests.service.fetching.servers import Repository, Server, needs_git, serving

HEADER = "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: org}\n"
TEAM = "tags: {ml-team: {required: true, values: [%s]}}\n"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve what a test puts there; nobody's git is configured."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "served").mkdir()
    with serving(tmp_path / "served") as server:
        yield server


@pytest.fixture
def tags(server: Server) -> Repository:
    """A repository whose policy names a file and a list of its own."""
    repository = server.repository("tags")
    repository.commit(
        {
            "ml/base.yaml": HEADER
            + "extends: ../root.yaml\nregistries: {teams: {file: teams.csv, column: slug}}\n"
            + "tags: {ml-team: {required: true, registry: teams}}\n",
            "ml/teams.csv": "slug\nfraud\n",
            "root.yaml": HEADER + "extends: pack:finops-core\n",
        },
        "v1",
    )
    return repository


def policy(here: Path, body: str, name: str = "tagward.yaml") -> Path:
    path = here / name
    path.write_text(HEADER + body)
    return path


def pinned(here: Path) -> dict[str, tuple[str, ...]]:
    """Say which policies take what, and see that all of it is there."""
    _, pins = read_lock(here)
    there = {path.name for path in (here / ".tagward").iterdir() if path.name != ".gitattributes"}
    assert there == {pin.sha256 for pin in pins.values()}
    return {url: tuple(pin.policies) for url, pin in pins.items()}


def pass_offline(run: Run, server: Server) -> None:
    """See that every kind of command works, and asks nobody."""
    asked = len(server.asked)
    assert run("check").code == 0
    assert run("lint", "good.json").code in (0, 1)
    assert run("compile", "-t", "aws-scp", "-o", "out").code == 0
    assert run("lock", "--check").code == 0
    assert len(server.asked) == asked


@needs_git
def test_everything_that_is_taken_is_locked_and_then_no_network_is_needed(
    run: Run, here: Path, server: Server, tags: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = server.git("tags", "ml/base.yaml")
    units = server.put("/units.json", '["retail"]')
    policy(
        here,
        f"extends: {base}\nregistries: {{units: {{file: '{units}'}}}}\n"
        "tags: {unit: {required: true, registry: units}}\n",
    )
    assert run("check").code == 2
    ran = run("lock")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("tagward.lock: 4 files locked\n")
    assert ran.out.count("new  ") == 4
    assert pinned(here) == dict.fromkeys(
        [
            base,
            server.git("tags", "ml/teams.csv"),
            server.git("tags", "root.yaml"),
            units,
        ],
        ("tagward.yaml",),
    )
    assert tags.git("rev-parse", "v1^{commit}") in (here / "tagward.lock").read_text()
    monkeypatch.setenv("PATH", "/nowhere")
    pass_offline(run, server)
    found = run("lint", "bad.json", "-f", "json")
    assert {each["key"] for each in json.loads(found.out)["findings"]} >= {"unit"}


@needs_git
def test_what_is_locked_stays_until_it_is_updated(
    run: Run, here: Path, server: Server, tags: Repository
) -> None:
    policy(here, f"extends: {server.git('tags', 'ml/base.yaml')}\n")
    run("lock")
    before = (here / "tagward.lock").read_bytes()
    tags.commit({"ml/teams.csv": "slug\nsearch\n"}, "v1")
    asked = len(server.asked)
    assert run("lock").out.count("kept  ") == 3
    assert (here / "tagward.lock").read_bytes() == before
    assert len(server.asked) == asked
    ran = run("lock", "--update")
    assert (ran.code, ran.out.count("moved  ")) == (0, 3)
    assert len(pinned(here)) == 3
    assert run("lock", "--update").out.count("kept  ") == 3


@needs_git
def test_content_that_is_lost_is_fetched_again_at_the_same_commit(
    run: Run, here: Path, server: Server, tags: Repository
) -> None:
    policy(here, f"extends: {server.git('tags', 'ml/base.yaml')}\n")
    run("lock")
    before = (here / "tagward.lock").read_bytes()
    tags.commit({"ml/teams.csv": "slug\nsearch\n"}, "v1")
    for path in (here / ".tagward").iterdir():
        path.write_text("slug\nmallory\n")
    assert run("lock", "--check").code == 1
    ran = run("lock")
    assert (ran.code, ran.out.count("fetched  ")) == (0, 3)
    assert (here / "tagward.lock").read_bytes() == before
    pinned(here)
    pass_offline(run, server)


def test_a_list_of_the_web_that_changed_is_not_taken_for_what_was_locked(
    run: Run, here: Path, server: Server
) -> None:
    url = server.put("/teams.csv", "slug\nfraud\n")
    policy(here, f"registries: {{t: {{file: '{url}', column: slug}}}}\ntags: {{a: {{registry: t}}}}\n")
    assert run("lock").code == 0
    server.put("/teams.csv", "slug\nsearch\n")
    for path in (here / ".tagward").iterdir():
        path.unlink()
    ran = run("lock")
    assert ran.code == 2
    assert "is not what was locked any more" in ran.err
    assert f"`tagward lock --update {url}`" in ran.err
    assert "moved" in run("lock", "--update", url).out
    pinned(here)


@needs_git
def test_one_file_is_moved_with_all_of_its_commit_and_nothing_else(
    run: Run, here: Path, server: Server, tags: Repository
) -> None:
    url = server.put("/units.json", '["retail"]')
    policy(
        here,
        f"extends: {server.git('tags', 'ml/base.yaml')}\nregistries: {{units: {{file: '{url}'}}}}\n",
    )
    run("lock")
    tags.commit({"root.yaml": HEADER + "extends: pack:ml-platform\n"}, "v1")
    server.put("/units.json", '["other"]')
    ran = run("lock", "tagward.yaml", "--update", server.git("tags", "ml/base.yaml"))
    assert (ran.out.count("moved  "), ran.out.count("kept  ")) == (3, 1)
    ran = run("lock", "--update", "https://example.com/none.csv")
    assert ran.code == 2
    assert "is not locked" in ran.err


def test_one_lock_is_for_all_policies_of_a_folder(run: Run, here: Path, server: Server) -> None:
    both = server.put("/both.yaml", HEADER + TEAM % "both")
    two = server.put("/two.csv", "x\ntwo\n")
    policy(here, f"extends: {both}\n", "a.yaml")
    policy(here, f"extends: {both}\nregistries: {{t: {{file: '{two}', column: x}}}}\n", "b.yaml")
    assert run("lock", "a.yaml").code == 0
    assert run("lock", "b.yaml").code == 0
    assert pinned(here) == {both: ("a.yaml", "b.yaml"), two: ("b.yaml",)}
    assert run("check", "a.yaml").err == ""
    (here / "b.yaml").unlink()
    assert "removed" in run("lock", "a.yaml").out
    assert pinned(here) == {both: ("a.yaml",)}


def test_what_is_locked_and_not_used_is_warned_of_and_let_go(run: Run, here: Path, server: Server) -> None:
    url = server.put("/base.yaml", HEADER + TEAM % "fraud")
    policy(here, f"extends: {url}\n")
    run("lock")
    policy(here, TEAM % "fraud")
    ran = run("check")
    assert (ran.code, "does not use" in ran.err) == (0, True)
    ran = run("lock", "--check")
    assert (ran.code, "does not use" in ran.err) == (1, True)
    assert run("lock").code == 0
    assert pinned(here) == {}
    assert run("check").err == ""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("extends: https://example.com/p.yaml\n", 1),
        ("extends: ftp://example.com/p.yaml\n", 2),
        ("tagz: {}\n", 2),
    ],
)
def test_check_tells_what_is_not_locked_from_what_is_wrong(
    run: Run, here: Path, body: str, code: int
) -> None:
    policy(here, body)
    ran = run("lock", "--check")
    assert (ran.code, ran.out) == (code, "")
    assert "tagward.yaml:4:" in ran.err
    assert not (here / "tagward.lock").exists()


def test_nothing_is_written_where_something_cannot_be_fetched(run: Run, here: Path, server: Server) -> None:
    there = server.put("/base.yaml", HEADER + TEAM % "fraud")
    policy(here, f"extends: [{there}, {server.at}/none.yaml]\n")
    ran = run("lock")
    assert ran.code == 2
    assert "the server answered 404" in ran.err
    assert "tagward.yaml:4:" in ran.err
    assert not (here / "tagward.lock").exists()
    assert not (here / ".tagward").exists()


@needs_git
def test_a_repository_reaches_nothing_outside_of_itself(
    run: Run, here: Path, server: Server, tags: Repository
) -> None:
    (here / "secret.csv").write_text("slug\nx\n")
    body = "registries: {t: {file: %s, column: slug}}\n"
    names = [
        "../../secret.csv",
        str(here / "secret.csv"),
        "link.csv",
        f"{server.at}/x.csv",
        "file:///etc/passwd",
    ]
    (tags.folder / "link.csv").symlink_to(here / "secret.csv")
    for number, name in enumerate(names):
        tags.commit({f"{number}.yaml": HEADER + body % f"'{name}'"}, "v1")
        policy(here, f"extends: {server.git('tags', f'{number}.yaml')}\n")
        ran = run("lock")
        assert ran.code == 2, name
        assert f"/{number}.yaml?ref=v1:4:" in ran.err
        assert not (here / "tagward.lock").exists()


@needs_git
def test_repositories_that_extend_one_another_are_refused(run: Run, here: Path, server: Server) -> None:
    one, two = server.git("one", "p.yaml"), server.git("two", "p.yaml")
    server.repository("one").commit({"p.yaml": HEADER + f"extends: {two}\n"}, "v1")
    server.repository("two").commit({"p.yaml": HEADER + f"extends: {one}\n"}, "v1")
    policy(here, f"extends: {one}\n")
    ran = run("lock")
    assert ran.code == 2
    assert "extends itself" in ran.err


def test_credentials_are_neither_written_nor_shown(run: Run, here: Path) -> None:
    policy(here, "extends: git+https://ann:s3cret@git.example.com/a//p.yaml?ref=v1\n")
    for command in ("lock", "check"):
        ran = run(command)
        assert ran.code == 2
        assert "holds credentials" in ran.err
        assert "s3cret" not in ran.out + ran.err


def test_a_policy_that_takes_nothing_needs_no_lock(run: Run, here: Path) -> None:
    policy(here, TEAM % "fraud")
    ran = run("lock")
    assert (ran.code, "nothing to lock" in ran.out) == (0, True)
    assert not (here / "tagward.lock").exists()
    assert run("lock", "pack:ml-platform").code == 2
    assert run("lock", "--check", "--update").code == 2


def test_contents_are_not_written_through_a_link(run: Run, here: Path, server: Server) -> None:
    url = server.put("/base.yaml", HEADER + TEAM % "fraud")
    policy(here, f"extends: {url}\n")
    (here / "elsewhere").mkdir()
    (here / ".tagward").symlink_to("elsewhere")
    assert run("lock").code == 2
    assert list((here / "elsewhere").iterdir()) == []


def test_a_service_takes_a_new_lock_and_keeps_the_old_one_while_it_is_broken(
    run: Run, here: Path, server: Server
) -> None:
    url = server.put("/base.yaml", HEADER + TEAM % "fraud")
    path = policy(here, f"extends: {url}\n")
    run("lock")

    def load_today(day: date) -> Policy:
        return load_found(Found(path, "test"), day)

    live = LivePolicy(load_today, Settings())
    assert live.refresh()
    first = live.condition.sha256
    server.put("/base.yaml", HEADER + TEAM % "search")
    run("lock", "--update")
    assert live.refresh()
    assert live.condition.sha256 != first
    second = live.condition.sha256
    (here / "tagward.lock").write_text("version: 1\n")
    assert not live.refresh()
    assert live.condition.sha256 == second
    assert live.condition.fault


def test_explain_says_which_files_a_tag_is_written_in(run: Run, here: Path, server: Server) -> None:
    url = server.put("/base.yaml", HEADER + TEAM % "fraud")
    policy(here, f"extends: {url}\ntags: {{unit: {{}}, ml-team: {{title: Team}}}}\n")
    run("lock")
    ran = run("explain", "*", "ml-team", "--in", "good.json")
    assert ran.code == 0
    assert f"written in  {url}, then tagward.yaml" in " ".join(ran.out.split("   "))


def test_a_page_is_not_locked_for_a_list(run: Run, here: Path, server: Server) -> None:
    url = server.put("/teams.json", "<html>log in</html>")
    policy(here, f"registries: {{t: {{file: '{url}'}}}}\ntags: {{a: {{registry: t}}}}\n")
    ran = run("lock")
    assert ran.code == 2
    assert "is not valid JSON" in ran.err
    assert not (here / "tagward.lock").exists()
