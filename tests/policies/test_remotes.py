"""Names of files that are kept elsewhere: which there are, and what they mean inside one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.diagnostics import masked
from tagward.loading.remotes import Remote, RemoteError, beside, is_remote, remote

BASE = "git+https://git.example.com/platform/tags//ml/base.yaml?ref=v3"
WEB = "https://example.com/lists/teams.csv"


def test_a_file_of_a_git_repository_has_a_repository_a_path_and_a_ref() -> None:
    found = remote(BASE)
    assert (found.repository, found.path, found.ref) == (
        "https://git.example.com/platform/tags",
        "ml/base.yaml",
        "v3",
    )
    assert found.tree == remote(BASE.replace("base", "other")).tree


@pytest.mark.parametrize(
    "name",
    [
        "git+https://git.example.com:8443/a.git//p.yaml?ref=release/2026-11",
        "git+http://127.0.0.1:8000/a//p.yaml?ref=main",
        "git+http://[::1]:8000/a//p.yaml?ref=main",
        "http://localhost:8000/teams.csv",
        "https://example.com/teams.csv?version=3&part=a%20b",
        "https://example.com/Shared%20Documents/teams(1).csv",
        WEB,
    ],
)
def test_a_name_is_kept_as_it_is_written(name: str) -> None:
    assert remote(name).url == name


REFUSED = [
    ("git+https://git.example.com/a//p.yaml", "is not understood"),
    ("git+https://git.example.com/a/p.yaml?ref=v3", "is not understood"),
    ("git+https://git.example.com/a//../p.yaml?ref=v3", "is not understood"),
    ("git+https://git.example.com/a/../b//p.yaml?ref=v3", "is not understood"),
    ("git+https://git.example.com/a///etc/p.yaml?ref=v3", "is not understood"),
    ("git+https://git.example.com/a//p.yaml?ref=--upload-pack=x", "is not understood"),
    ("git+https://git.example.com/a//p.yaml?ref=a..b", "is not understood"),
    ("git+https://git.example.com/a//p.yaml?ref=main:refs/x", "is not understood"),
    ("git+https://git.example.com/a//p.yaml?ref=a.lock", "is not understood"),
    ("git+https://git.example.com/a//p.yaml?ref=a//b", "is not understood"),
    ("git+https://git.example.com/a//p.yaml?ref=v3\n", "is not understood"),
    ("git+https://--upload-pack/a//p.yaml?ref=v 3", "is not understood"),
    ("git+http://git.example.com/a//p.yaml?ref=v3", "could be changed on its way"),
    ("git+http://127.0.0.1.example.com/a//p.yaml?ref=v3", "could be changed on its way"),
    ("git+ssh://git.example.com/a//p.yaml?ref=v3", "unknown protocol"),
    ("git+file:///srv/a//p.yaml?ref=v3", "unknown protocol"),
    ("git+ext::sh -c x://a//p.yaml?ref=v3", "unknown protocol"),
    ("ext::sh -c x://a", "unknown protocol"),
    ("file:///etc/passwd", "unknown protocol"),
    ("ftp://example.com/p.yaml", "unknown protocol"),
    ("HTTPS://example.com/p.yaml", "unknown protocol"),
    ("http://example.com/p.yaml", "could be changed on its way"),
    ("https://example.com", "is not understood"),
    ("https://example.com/a/../p.yaml", "is not understood"),
    ("https://example.com/p.yaml#top", "is not understood"),
    ("https://example.com/p.yaml\r\nhost: other", "is not understood"),
    ("https://@example.com/p.yaml", "is not understood"),
    (f"https://example.com/{'a' * 1000}", "longer than"),
]


@pytest.mark.parametrize(("name", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_such_name_is_refused(name: str, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        remote(name)


@pytest.mark.parametrize(
    "name",
    [
        "git+https://ann:s3cret@git.example.com/a//p.yaml?ref=v3",
        "git+https://s3cret@git.example.com/a//p.yaml?ref=v3",
        "https://:s3cret@example.com/teams.csv",
        "https://example.com/teams.csv?access_token=s3cret",
        "https://example.com/teams.csv?a=b&X-Amz-Signature=s3cret",
    ],
)
def test_credentials_are_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(RemoteError, match="holds credentials") as caught:
        remote(name)
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"
    assert len(masked(name)) == len(name)


def test_masking_takes_no_longer_for_a_hostile_line() -> None:
    for piece in ("?", "key", "?key", "://", "@", "&a=", "=="):
        assert masked("https://" + piece * 20_000)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("other.yaml", "ml/other.yaml"),
        ("./other.yaml", "ml/other.yaml"),
        ("../other.yaml", "other.yaml"),
        ("../teams/./list.csv", "teams/list.csv"),
        ("sub/../../x.yaml", "x.yaml"),
    ],
)
def test_a_name_beside_a_file_of_a_tree_is_of_the_same_tree(name: str, path: str) -> None:
    found = beside(remote(BASE), name)
    assert found == remote(f"git+https://git.example.com/platform/tags//{path}?ref=v3")
    assert found.tree == remote(BASE).tree


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x.yaml", "../ml/../../x.yaml", "a/../../../x"])
def test_no_name_leads_out_of_a_tree(name: str) -> None:
    with pytest.raises(RemoteError, match=r"is outside of `https://git\.example\.com/platform/tags`"):
        beside(remote(BASE), name)


@pytest.mark.parametrize("name", ["..", "a\\b.yaml", "x.yaml?ref=main", "%2e%2e/x", "a\0b"])
def test_what_no_file_of_a_tree_is_called_is_refused(name: str) -> None:
    with pytest.raises(RemoteError):
        beside(remote(BASE), name)


def test_a_file_on_the_web_has_nothing_beside_it() -> None:
    with pytest.raises(RemoteError, match="which is in no repository"):
        beside(remote(WEB), "teams.csv")
    assert beside(remote(WEB), BASE) == remote(BASE)


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1/x.csv", "git+http://localhost:1/a//p.yaml?ref=v3", "https://LOCALHOST/x"]
)
def test_only_who_is_on_this_machine_may_name_it(name: str) -> None:
    with pytest.raises(RemoteError, match="must not ask"):
        beside(remote(BASE), name)
    assert beside(Remote("http://127.0.0.1/p.yaml"), name).is_on_this_machine


PIECES = st.sampled_from(
    [
        *(
            "git+",
            "https://",
            "http://",
            "https://a.example/",
            "127.0.0.1",
            "a.example",
            "/",
            "//",
            "..",
            ".",
        ),
        *("p.yaml", "?ref=", "v3", "@", ":", "%2e", "\\", "\n", "#", "&token=", " ", "-", "\0", "é"),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@given(TEXTS)
def test_every_text_is_a_name_or_refused(text: str) -> None:
    try:
        found = remote(text)
    except RemoteError:
        return
    assert found.url == text


@given(TEXTS)
def test_whatever_a_file_of_a_tree_names_is_of_that_tree_or_has_a_whole_address(text: str) -> None:
    try:
        found = beside(remote(BASE), text)
    except RemoteError:
        return
    assert is_remote(text) or (found.tree == remote(BASE).tree and ".." not in found.path.split("/"))
    assert not found.is_on_this_machine
