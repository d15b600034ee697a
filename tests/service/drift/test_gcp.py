"""What is deployed in Google Cloud, read by Google's own client from a server that answers like theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.service.cli.conftest import Run, here, run
from tests.service.drift.fake_server import Answer, FakeServer, serving

__all__ = ["here", "run"]

ORGANIZATION = "organizations/123456789012"
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
tags:
  ml-team: {required: {on: {types: ["gcp:compute.googleapis.com/Instance"]}}, values: [a, b]}
"""
DIFF = ("diff", "-t", "gcp-org-policy", "--deployed", "--as-of", "2026-11-21")
IN = ("--scope", f"gcp={ORGANIZATION}")


class OrgPolicy:
    """Constraints and policies by parent, listed one to a page."""

    def __init__(self) -> None:
        self.listed: dict[str, list[Any]] = {}
        self.status = 200

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        if self.status != 200:
            return self.status, {
                "error": {"code": self.status, "message": "no", "status": "PERMISSION_DENIED"}
            }
        found = self.listed.get(path, [])
        at = int(query.get("pageToken") or 0)
        more = {"nextPageToken": str(at + 1)} if at + 1 < len(found) else {}
        name = "customConstraints" if path.endswith("customConstraints") else "policies"
        return 200, {name: found[at : at + 1], **more}

    def deploy(self, document: dict[str, Any]) -> None:
        kind = "customConstraints" if "customConstraints" in document["name"] else "policies"
        name = document["name"].replace("organizations/ORGANIZATION_ID", ORGANIZATION)
        served = {**document, "name": name, "updateTime": "2026-11-20T10:00:00Z"}
        if "spec" in served:
            served |= {"spec": {**served["spec"], "etag": "CP=", "updateTime": "2026-11-20T10:00:00Z"}}
            served.pop("updateTime")
        self.listed.setdefault(f"/v2/{name.partition(f'/{kind}/')[0]}/{kind}", []).append(served)


@pytest.fixture
def google() -> OrgPolicy:
    return OrgPolicy()


@pytest.fixture(autouse=True)
def server(google: OrgPolicy, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    with serving(google.answer) as running:
        monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_ORGPOLICY", running.url)
        yield running


@pytest.fixture
def documents(run: Run, here: Path) -> list[dict[str, Any]]:
    (here / "tagward.yaml").write_text(POLICY)
    run("compile", "-t", "gcp-org-policy", "-o", "out", "--as-of", "2026-11-21")
    return [yaml.safe_load(path.read_text()) for path in sorted((here / "out" / "gcp-org-policy").iterdir())]


def test_what_is_deployed_as_compiled_has_not_drifted(
    run: Run, google: OrgPolicy, documents: list[dict[str, Any]]
) -> None:
    others = {
        **documents[0],
        "name": f"{ORGANIZATION}/customConstraints/custom.theirs",
        "displayName": "theirs",
    }
    for each in (others, *documents):
        google.deploy(each)

    ran = run(*DIFF, *IN)

    assert (ran.code, ran.err) == (0, "")
    assert f"from  deployed: Google Cloud, {ORGANIZATION}" in ran.out
    assert ran.out.endswith("no drift: nothing differs\n")


def test_a_constraint_that_was_loosened_by_hand_is_told(
    run: Run, google: OrgPolicy, documents: list[dict[str, Any]]
) -> None:
    for each in documents:
        google.deploy(
            {**each, "condition": each["condition"].replace('["a", "b"]', '["a", "b", "c"]')}
            if "condition" in each
            else each
        )

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert (
        "stricter  creating a Compute Instance with `ml-team` = `c` would be denied (is allowed as deployed)"
        in ran.out
    )


def test_a_constraint_that_nothing_enforces_guards_nothing(
    run: Run, google: OrgPolicy, documents: list[dict[str, Any]]
) -> None:
    google.deploy(next(each for each in documents if "condition" in each))

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert "missing   `customConstraints/custom.acmeContainerCluster`, " in ran.out
    assert ran.out.endswith(f"{len(documents) - 1} missing\n")
    assert "creating a Compute Instance without `ml-team` would be denied (is allowed as deployed)" in ran.out


def test_what_is_compiled_no_more_is_extra(
    run: Run, google: OrgPolicy, documents: list[dict[str, Any]]
) -> None:
    constraint = next(each for each in documents if "condition" in each)
    for each in (
        *documents,
        {**constraint, "name": f"{ORGANIZATION}/customConstraints/custom.acmeGone"},
    ):
        google.deploy(each)

    assert (
        "extra     `customConstraints/custom.acmeGone` is deployed and compiled no more"
        in run(*DIFF, *IN).out
    )


def test_what_may_not_be_read_is_incomplete(
    run: Run, google: OrgPolicy, documents: list[dict[str, Any]]
) -> None:
    google.status = 403

    ran = run(*DIFF, *IN)

    assert ran.code == 4
    assert f"not read  Google Cloud, {ORGANIZATION}: 403" in ran.out


def test_nobody_guesses_the_organization(run: Run, documents: list[dict[str, Any]]) -> None:
    ran = run(*DIFF)

    assert ran.code == 2
    assert "`--scope gcp=organizations/NUMBER`" in ran.err
