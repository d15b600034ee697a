"""Policies that take files from elsewhere: loaded from what is locked, and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tagward.digest import sha256
from tagward.errors import PolicyError
from tagward.loader import load, load_checked
from tagward.policy import Allowed
from tests.policies.policy_files import DAY, HEADER, Policies

BASE = "git+https://git.example.com/tags//ml/base.yaml?ref=v3"
TEAMS = "https://example.com/teams.csv"
COMMIT = "4f1c" * 10
CHILD = f"extends: {BASE}\n"


def lock(policies: Policies, contents: Mapping[str, str], *names: str) -> dict[str, Any]:
    """Lock contents for policies, as `tagward lock` would; files of git are of one commit."""
    pins: dict[str, Any] = {}
    for url, content in contents.items():
        digest = sha256(content.encode())
        policies.write(f".tagward/{digest}", content)
        pins[url] = {"sha256": digest, "policies": list(names or ("p.yaml",))}
        pins[url] |= {"commit": COMMIT} if url.startswith("git+") else {}
    policies.write("tagward.lock", json.dumps({"version": 1, "sources": pins}, indent=1))
    return pins


def test_a_policy_is_extended_that_is_locked(policies: Policies) -> None:
    lock(policies, {BASE: HEADER + "tags: {a: {values: [x]}}\n"})
    assert policies.load(CHILD).tags[0].constraint == Allowed(("x",))


def test_names_in_a_repository_mean_its_files(policies: Policies) -> None:
    body = (
        "extends: ../root.yaml\nregistries: {t: {file: teams.csv, column: slug}}\ntags: {a: {registry: t}}\n"
    )
    root, teams = BASE.replace("ml/base", "root"), BASE.replace("base.yaml", "teams.csv")
    lock(policies, {BASE: HEADER + body, root: HEADER + "tags: {b: {}}\n", teams: "slug\nfraud\n"})
    policies.write("teams.csv", "slug\nlocal\n")
    policy = policies.load(CHILD)
    assert [tag.id for tag in policy.tags] == ["b", "a"]
    assert policy.tags[1].constraint == Allowed(("fraud",), registry="t")


def test_a_registry_may_be_on_the_web(policies: Policies) -> None:
    lock(policies, {TEAMS: "slug\nfraud\n"})
    body = f"registries: {{t: {{file: '{TEAMS}', column: slug}}}}\ntags: {{a: {{registry: t}}}}\n"
    assert policies.load(body).tags[0].constraint == Allowed(("fraud",), registry="t")


def test_a_file_of_a_repository_may_extend_a_pack(policies: Policies) -> None:
    lock(policies, {BASE: HEADER + "extends: pack:ml-platform\n"})
    assert policies.load(CHILD).tags[0].id == "ml-team"


def test_the_digest_of_a_policy_is_that_of_what_it_takes_too(policies: Policies) -> None:
    digests = set()
    for text in ("tags: {a: {}}\n", "tags: {a: {}}\n# said\n"):
        lock(policies, {BASE: HEADER + text})
        digests.add(policies.load(CHILD).sha256)
    assert len(digests) == 2


@pytest.mark.parametrize(
    "body",
    [
        f"extends: ⟦{BASE}⟧\n",
        f"extends: [pack:ml-platform, ⟦{BASE}⟧]\n",
        f"registries: {{r: {{file: '⟦{TEAMS}⟧', column: s}}}}\ntags: {{a: {{registry: r}}}}\n".replace(
            "'⟦", "⟦'"
        ).replace("⟧'", "'⟧"),
    ],
)
def test_what_is_not_locked_is_an_error_at_its_place(policies: Policies, body: str) -> None:
    policies.check_marks(body, ["is not locked for `p.yaml` in `tagward.lock`\nrun `tagward lock`"])


def test_what_another_policy_locked_is_not_locked_for_this_one(policies: Policies) -> None:
    lock(policies, {BASE: HEADER + "tags: {a: {}}\n"}, "q.yaml")
    policies.check_marks(f"extends: ⟦{BASE}⟧\n", ["is not locked for `p.yaml`"])


def test_content_that_was_changed_is_refused(policies: Policies) -> None:
    pin = lock(policies, {BASE: HEADER + "tags: {a: {}}\n"})[BASE]
    policies.write(f".tagward/{pin['sha256']}", HEADER + "tags: {b: {}}\n")
    policies.check_marks(f"extends: ⟦{BASE}⟧\n", ["somebody changed it\nrun `tagward lock`"])


def test_content_that_is_not_there_is_said_to_be(policies: Policies) -> None:
    pin = lock(policies, {BASE: HEADER + "tags: {a: {}}\n"})[BASE]
    (policies.folder / ".tagward" / pin["sha256"]).unlink()
    policies.check_marks(f"extends: ⟦{BASE}⟧\n", ["no such file or directory\nrun `tagward lock`"])


def test_nothing_leads_out_of_a_repository(policies: Policies) -> None:
    policies.write("secret.csv", "slug\nx\n")
    outside = str(policies.folder / "secret.csv")
    registry = f"{{file: '{outside}', column: slug}}"
    body = f"extends: [../../p.yaml, /etc/passwd]\nregistries: {{r: {registry}}}\n"
    lock(policies, {BASE: HEADER + body})
    found = policies.refused(CHILD)
    assert [(one.file, one.line, "is outside of" in one.message) for one in found] == [(BASE, 4, True)] * 2
    lock(policies, {BASE: HEADER + body.replace("../../p.yaml, /etc/passwd", "pack:ml-platform")})
    (only,) = policies.refused(CHILD)
    assert (only.file, only.line, "is outside of" in only.message) == (BASE, 5, True)


def test_a_circle_of_repositories_is_refused_where_it_closes(policies: Policies) -> None:
    other = "git+https://git.example.com/other//p.yaml?ref=main"
    lock(policies, {BASE: HEADER + f"extends: {other}\n", other: HEADER + f"extends: {BASE}\n"})
    (found,) = policies.refused(CHILD)
    assert (found.file, found.message) == (other, f"`{BASE}` extends itself")


def test_what_is_wrong_with_a_locked_policy_is_shown_in_it(policies: Policies) -> None:
    lock(policies, {BASE: HEADER + "tagz: {}\n"})
    (found,) = policies.refused(CHILD)
    assert (found.file, found.line, found.column) == (BASE, 4, 1)


def test_what_is_locked_and_not_used_is_warned_of(policies: Policies) -> None:
    lock(policies, {BASE: HEADER + "tags: {a: {}}\n", TEAMS: "slug\nx\n"})
    _, (warning,) = load_checked(policies.write("p.yaml", HEADER + CHILD), as_of=DAY)
    assert (warning.severity, warning.hint) == ("warning", "run `tagward lock`")
    assert warning.file.endswith("tagward.lock")
    assert TEAMS in (warning.source or "")


def test_what_another_policy_uses_is_not_warned_of(policies: Policies) -> None:
    lock(policies, {BASE: HEADER + "tags: {a: {}}\n"}, "q.yaml", "p.yaml")
    lone = policies.write("lone.yaml", HEADER + "tags: {a: {}}\n")
    assert load_checked(lone, as_of=DAY)[1] == ()
    for name in ("p.yaml", "q.yaml"):
        assert load_checked(policies.write(name, HEADER + CHILD), as_of=DAY)[1] == ()


PIN = "sha256: %s, policies: [p.yaml]" % ("a1" * 32)
BROKEN = [
    ("version: 2\nsources: {}\n", 1, "`2` is not one of the accepted values"),
    ("version: 1\nsources: []\n", 2, "expected a mapping, found a list"),
    ("version: 1\n", 1, "the key `sources` is missing"),
    (f"version: 1\nsources: {{'{TEAMS}': {{{PIN}, url: x}}}}\n", 2, "unknown key `url`"),
    (f"version: 1\nsources:\n  '{TEAMS}': {{sha256: ABC, policies: [p.yaml]}}\n", 3, "is not of the form"),
    (f"version: 1\nsources:\n  '{TEAMS}': {{{PIN}, commit: {COMMIT}}}\n", 3, "no other has"),
    (f"version: 1\nsources:\n  '{BASE}': {{{PIN}}}\n", 3, "has a `commit`"),
    (f"version: 1\nsources:\n  'file:///etc/passwd': {{{PIN}}}\n", 3, "unknown protocol"),
    ("version: 1\n<<<<<<< ours\nsources: {}\n", 3, "the line before this one"),
    ("", 1, "the file is empty"),
    (
        f"version: 1\nsources:\n  '{BASE}': {{{PIN}, commit: {COMMIT}}}\n"
        f"  '{BASE.replace('base', 'b')}': {{{PIN}, commit: {'5' * 39}a}}\n",
        4,
        "has another commit",
    ),
]


@pytest.mark.parametrize(("text", "line", "said"), BROKEN, ids=range(len(BROKEN)))
def test_a_lock_that_is_wrong_is_shown_where_it_is(
    policies: Policies, text: str, line: int, said: str
) -> None:
    policies.write("tagward.lock", text)
    with pytest.raises(PolicyError, match=said) as caught:
        load(policies.write("p.yaml", HEADER + CHILD), as_of=DAY)
    assert [(one.file.rpartition("/")[2], one.line) for one in caught.value.diagnostics] == [
        ("tagward.lock", line)
    ]


def test_no_message_shows_a_password(policies: Policies) -> None:
    url = "git+https://ann:s3cret@git.example.com/tags//p.yaml?ref=v3"
    found = policies.refused(f"extends: ['{url}']\ntags: {{a: {{}}}}\nlimits: {{unknown: '{url}'}}\n")
    assert found
    assert "s3cret" not in str(found)
    (first,) = policies.refused(f"extends: {url}\n")
    assert first.column == 10
    assert "holds credentials" in first.message
