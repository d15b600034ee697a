"""Files of real git repositories, fetched over HTTP from a server on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tagward.loading.remotes import MAX_REMOTE_BYTES, RemoteError, remote
from tagward_service.fetching import git
from tests.service.fetching.servers import Server, certified, needs_git, serving

pytestmark = needs_git


@pytest.fixture
def room(tmp_path: Path) -> Path:
    folder = tmp_path / "room"
    folder.mkdir()
    return folder


def content(server: Server, room: Path, path: str, ref: str = "v1", commit: str | None = None) -> bytes:
    source = remote(server.git("tags", path, ref))
    return git.fetch(source, commit, room).file(source)


def test_a_ref_is_a_tag_a_branch_or_a_commit(server: Server, tmp_path: Path) -> None:
    repository = server.repository("tags")
    first = repository.commit({"a.txt": "one\n"}, "v1")
    second = repository.commit({"a.txt": "two\n"})
    for number, (ref, text, commit) in enumerate(
        [("v1", b"one\n", first), ("main", b"two\n", second), (first, b"one\n", first)]
    ):
        source = remote(server.git("tags", "a.txt", ref))
        (tmp_path / str(number)).mkdir()
        tree = git.fetch(source, None, tmp_path / str(number))
        assert (tree.commit, tree.file(source)) == (commit, text)


def test_a_commit_is_had_although_its_tag_moved(server: Server, room: Path) -> None:
    repository = server.repository("tags")
    first = repository.commit({"a.txt": "one\n"}, "v1")
    repository.commit({"a.txt": "two\n"}, "v1")
    assert content(server, room, "a.txt", commit=first) == b"one\n"


def test_content_is_as_it_was_committed(server: Server, room: Path) -> None:
    repository = server.repository("tags")
    files = {"a.txt": "one\r\ntwo $Id$\n", ".gitattributes": "* text eol=crlf ident\n*.txt filter=evil\n"}
    repository.commit(files, "v1")
    stored = repository.git("cat-file", "blob", "v1:a.txt")
    assert content(server, room, "a.txt").decode().strip() == stored
    assert not (room / "a.txt").exists()


MISSING = [
    ("none.txt", "`none.txt` is not there at `v1`"),
    ("folder", "is a folder"),
    ("link.txt", "is a symbolic link"),
    ("linked/a.txt", "is not there"),
    ("large.txt", "is larger than 16 MiB"),
]


@pytest.mark.parametrize(("path", "said"), MISSING)
def test_what_is_no_file_is_not_taken(server: Server, room: Path, path: str, said: str) -> None:
    repository = server.repository("tags")
    (repository.folder / "link.txt").symlink_to("/etc/passwd")
    (repository.folder / "linked").symlink_to("folder")
    large = "x" * (MAX_REMOTE_BYTES + 1) if path == "large.txt" else ""
    repository.commit({"folder/a.txt": "a", "large.txt": large}, "v1")
    with pytest.raises(RemoteError, match=said):
        content(server, room, path)


def test_a_submodule_is_no_file(server: Server, room: Path) -> None:
    repository = server.repository("tags")
    commit = repository.commit({"a.txt": "a"})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    repository.git("commit", "--quiet", "--message=x")
    repository.git("tag", "v1")
    with pytest.raises(RemoteError, match="is a submodule"):
        content(server, room, "module")


@pytest.mark.parametrize(("name", "ref"), [("tags", "gone"), ("gone", "v1")])
def test_a_repository_or_ref_that_is_not_there(server: Server, room: Path, name: str, ref: str) -> None:
    server.repository("tags").commit({"a.txt": "a"}, "v1")
    with pytest.raises(RemoteError, match=r"cannot fetch .*(remote ref gone|not found)") as caught:
        git.fetch(remote(server.git(name, "a.txt", ref)), None, room)
    assert "\n" not in str(caught.value)


def test_a_server_that_says_nothing_is_not_waited_for(server: Server, room: Path) -> None:
    with pytest.raises(RemoteError, match=r"was not done after 0\.5 seconds"):
        git.fetch(remote(server.git("silent", "a.txt")), None, room, seconds=0.5)


def test_redirects_of_a_server_on_this_machine_are_not_followed(server: Server, room: Path) -> None:
    server.repository("tags").commit({"a.txt": "a"}, "v1")
    server.handler.redirects["/moved/info/refs"] = f"{server.at}/tags/info/refs?service=git-upload-pack"
    with pytest.raises(RemoteError, match="cannot fetch"):
        git.fetch(remote(server.git("moved", "a.txt")), None, room)


def test_this_machine_is_asked_without_a_proxy(
    server: Server, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repository("tags").commit({"a.txt": "one\n"}, "v1")
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    assert content(server, room, "a.txt") == b"one\n"


def test_hooks_and_the_repository_around_change_nothing(
    server: Server, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repository("tags").commit({"a.txt": "one\n"}, "v1")
    hooks, ran = tmp_path / "hooks", tmp_path / "ran"
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout", "post-merge"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch '{ran}'\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "home" / ".gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert content(server, room, "a.txt") == b"one\n"
    assert not ran.exists()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("instead", ["file:///srv/", "ext::sh -c touch% RAN% ", "/srv/", "ssh://localhost/"])
def test_no_configuration_leads_to_another_protocol(
    server: Server, room: Path, tmp_path: Path, instead: str
) -> None:
    server.repository("tags").commit({"a.txt": "one\n"}, "v1")
    instead = instead.replace("RAN", str(tmp_path / "ran")).replace("/srv/", f"{server.handler.root}/")
    text = f'[url "{instead}"]\n\tinsteadOf = {server.at}/\n[protocol]\n\tallow = always\n'
    (tmp_path / "home" / ".gitconfig").write_text(text)
    with pytest.raises(RemoteError, match="not allowed"):
        content(server, room, "a.txt")
    assert not (tmp_path / "ran").exists()


def test_a_password_of_the_configuration_is_not_shown(server: Server, room: Path, tmp_path: Path) -> None:
    inside = server.at.replace("://", "://ann:s3cret@")
    (tmp_path / "home" / ".gitconfig").write_text(f'[url "{inside}/"]\n\tinsteadOf = {server.at}/\n')
    with pytest.raises(RemoteError, match="cannot fetch") as caught:
        content(server, room, "a.txt")
    assert "s3cret" not in str(caught.value)


def test_whatever_git_says_of_an_address_is_shown_without_a_password() -> None:
    said = b"warning: x\nfatal: unable to access 'https://ann:s3cret@git.example.com/a/': 403\n"
    assert git._reason(said) == "unable to access 'https://**********@git.example.com/a/': 403"


def test_git_is_said_to_be_missing(server: Server, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(RemoteError, match="git is not installed"):
        git.fetch(remote(server.git("tags", "a.txt")), None, room)


def test_tls_is_insisted_on(
    server: Server, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repository("tags").commit({"a.txt": "one\n"}, "v1")
    (tmp_path / "home" / ".gitconfig").write_text("[http]\n\tsslVerify = false\n")
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
    with serving(server.handler.root, certified(tmp_path, "localhost")) as safe:
        with pytest.raises(RemoteError, match="certificate"):
            content(safe, room, "a.txt")
        monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "ca.pem"))
        assert content(safe, room, "a.txt") == b"one\n"
