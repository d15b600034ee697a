"""Files of the web, fetched from a server on this machine."""

from __future__ import annotations

import pytest

from tagward.loading.remotes import MAX_REMOTE_BYTES, RemoteError, remote
from tagward_service.fetching.web import Patience, fetch
from tests.service.fetching.servers import Server


def test_a_file_is_fetched_as_it_is(server: Server) -> None:
    url = server.put("/teams.csv", "slug\r\nfraud\r\n")
    assert fetch(remote(url)) == b"slug\r\nfraud\r\n"
    assert server.asked == ["/teams.csv"]


def test_a_file_as_large_as_may_be_is_fetched_and_no_larger_one(server: Server) -> None:
    url = server.put("/large.csv", b"x" * MAX_REMOTE_BYTES)
    assert len(fetch(remote(url))) == MAX_REMOTE_BYTES
    server.put("/large.csv", b"x" * (MAX_REMOTE_BYTES + 1))
    with pytest.raises(RemoteError, match="is larger than 16 MiB"):
        fetch(remote(url))


def test_what_is_not_there_is_said(server: Server) -> None:
    with pytest.raises(RemoteError, match="the server answered 404"):
        fetch(remote(f"{server.at}/none.csv"))


def test_a_server_that_says_nothing_is_not_waited_for(server: Server) -> None:
    with pytest.raises(RemoteError, match="does not answer"):
        fetch(remote(f"{server.at}/silent.csv"), Patience(silence=0.2))


def test_a_server_that_is_too_slow_is_not_waited_for(server: Server) -> None:
    url = server.put("/teams.csv", "slug\nfraud\n")
    with pytest.raises(RemoteError, match="takes too long"):
        fetch(remote(url), Patience(whole=-1))


def test_a_server_that_is_not_there_is_said_to_be(server: Server) -> None:
    with pytest.raises(RemoteError, match="refused"):
        fetch(remote("http://127.0.0.1:1/teams.csv"))


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://127.0.0.1:1/x.csv", "redirects to where there is no TLS"),
        ("http://example.com/x.csv", "redirects to where there is no TLS"),
        ("file:///etc/passwd", "the server answered 302"),
        ("/other.csv", "redirects to where there is no TLS"),
        ("https://ann:s3cret@127.0.0.1:1/x.csv", "redirects to an address with a password"),
    ],
)
def test_redirects_lead_to_tls_alone(server: Server, to: str, said: str) -> None:
    server.put("/other.csv", "slug\nx\n")
    server.handler.redirects["/teams.csv"] = to
    with pytest.raises(RemoteError, match=said) as caught:
        fetch(remote(f"{server.at}/teams.csv"))
    assert "s3cret" not in str(caught.value)


def test_a_redirect_to_tls_is_followed(server: Server) -> None:
    port = server.at.rpartition(":")[2]
    server.handler.redirects["/teams.csv"] = f"https://127.0.0.1:{port}/x.csv"
    with pytest.raises(RemoteError) as caught:  # the server is there, and speaks no TLS
        fetch(remote(f"{server.at}/teams.csv"), Patience(silence=2))
    assert "redirects" not in str(caught.value)
    assert server.asked == ["/teams.csv"]
