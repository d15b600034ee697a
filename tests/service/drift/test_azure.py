"""What is assigned in Azure, read by Microsoft's own client from a server that answers like theirs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.conftest import Run, here, run
from tests.service.drift.fake_server import Answer, FakeServer, serving

__all__ = ["here", "run"]

SUBSCRIPTION = "/subscriptions/11112222-3333-4444-8555-666677778888"
GROUP = "/providers/Microsoft.Management/managementGroups/acme"
EXEMPT = "/subscriptions/55556666-7777-4888-9999-aaaabbbbcccc"
PROVIDER = "providers/Microsoft.Authorization"
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
tags:
  ml-team: {required: true, values: [a, b]}
exemptions:
  - id: E1
    owner: x
    reason: y
    expires: 2099-02-28
    tags: [ml-team]
    match: {accounts: ["55556666-7777-4888-9999-aaaabbbbcccc"]}
"""
DIFF = ("diff", "-t", "azure-policy", "--deployed", "--as-of", "2099-01-01")

Body = dict[str, Any]


class Authorization:
    """Bodies as Azure Resource Manager serves them, one to a page."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.status = 200
        self.url = ""

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        if self.status != 200:
            return self.status, {"error": {"code": "AuthorizationFailed", "message": "may not read"}}
        scope, _, kind = path.rpartition(f"/{PROVIDER}/")
        found = [each for each in self.bodies if _is_listed(each, scope, kind, query.get("$filter", ""))]
        at = int(query.get("at") or 0)
        asked = "&".join(f"{key}={value}" for key, value in query.items() if key != "at")
        more = {"nextLink": f"{self.url}{path}?{asked}&at={at + 1}"} if at + 1 < len(found) else {}
        return 200, {"value": found[at : at + 1], **more}

    def deploy(self, body: Body, scope: str = SUBSCRIPTION) -> None:
        kind = body["type"].rpartition("/")[2]
        scope = body.get("scope", scope)
        served = json.loads(json.dumps(body).replace("{scope}", scope))
        metadata = {
            **served["properties"]["metadata"],
            "createdOn": "2026-11-20T10:00:00Z",
            "updatedBy": None,
        }
        served["properties"] |= {"metadata": metadata}
        if kind == "policyAssignments":
            served["properties"] |= {"scope": scope, "notScopes": [], "instanceId": "1"}
        if kind == "policyExemptions":
            served.pop("scope")
            at = served["properties"]["expiresOn"].replace("Z", ".0000000Z")
            served["properties"] |= {"expiresOn": at, "assignmentScopeValidation": "Default"}
        served |= {"id": f"{scope}/{PROVIDER}/{kind}/{body['name']}", "systemData": {}}
        self.bodies.append({key: value for key, value in served.items() if key != "apiVersion"})


def _is_listed(body: Body, scope: str, kind: str, asked: str) -> bool:
    """Filter as Azure does: what refers to something is found wherever it is below."""
    where, _, rest = body["id"].rpartition(f"/{PROVIDER}/")
    if rest.partition("/")[0] != kind:
        return False
    referred = re.fullmatch(r"policy(?:Definition|Assignment)Id eq '(.*)'", asked)
    if referred:
        at_once = kind == "policyAssignments" or where == scope
        return at_once and referred[1] in body["properties"].values()
    assert asked in ("policyType eq 'Custom'", "atExactScope()")
    return bool(where == scope)


@pytest.fixture
def azure() -> Authorization:
    return Authorization()


@pytest.fixture(autouse=True)
def server(azure: Authorization, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    with serving(azure.answer) as running:
        azure.url = running.url
        monkeypatch.setenv("AZURE_RESOURCE_MANAGER_ENDPOINT", running.url)
        yield running


@pytest.fixture
def bodies(run: Run, here: Path) -> list[Body]:
    (here / "tagward.yaml").write_text(POLICY)
    ran = run("compile", "-t", "azure-policy", "-o", "out", "--as-of", "2099-01-01")
    assert ran.code == 0, ran.err
    return [json.loads(path.read_text()) for path in sorted((here / "out" / "azure-policy").iterdir())]


IN = ("--scope", f"azure={SUBSCRIPTION}")


@pytest.mark.parametrize("scope", [SUBSCRIPTION, GROUP])
def test_what_is_deployed_as_compiled_has_not_drifted(
    run: Run, azure: Authorization, bodies: list[Body], scope: str
) -> None:
    metadata = {"metadata": {"policy": "theirs"}}
    azure.deploy({**bodies[0], "name": "theirs", "properties": bodies[0]["properties"] | metadata}, scope)
    for each in bodies:
        azure.deploy(each if "scope" not in each else {**each, "properties": _at(each, scope)}, scope)

    ran = run(*DIFF, "--scope", f"azure={scope}")

    assert (ran.code, ran.err) == (0, "")
    assert f"from  deployed: Azure, {scope}" in ran.out
    assert f"same      {len(bodies)} artifacts are the same" in ran.out


def _at(exemption: Body, scope: str) -> Body:
    """Let an exemption refer to the assignment where that is."""
    text = json.dumps(exemption["properties"])
    return dict(json.loads(text.replace("{scope}", scope)))


def deployed(azure: Authorization, bodies: list[Body]) -> None:
    for each in bodies:
        azure.deploy(each if "scope" not in each else {**each, "properties": _at(each, SUBSCRIPTION)})


def test_an_assignment_that_only_audits_is_told(run: Run, azure: Authorization, bodies: list[Body]) -> None:
    (assignment,) = (each for each in bodies if each["type"].endswith("policyAssignments"))
    assignment["properties"]["parameters"]["denyEffect"]["value"] = "Audit"
    deployed(azure, bodies)

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert (
        "stricter  creating a Compute virtual machine, or 2 other kinds, without `ml-team` would be denied"
        " (is only recorded as deployed)" in ran.out
    )


def test_an_exemption_that_nobody_made_is_missing(run: Run, azure: Authorization, bodies: list[Body]) -> None:
    deployed(azure, [each for each in bodies if "scope" not in each])

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert "missing   `policyExemptions/acme-E1-55556666-7777-4888-9999-aaaabbbbcccc` is compiled" in ran.out
    assert (
        "looser    creating a Compute virtual machine, or 2 other kinds, in subscription"
        " `55556666-7777-4888-9999-aaaabbbbcccc` without `ml-team` would be allowed (is denied as deployed)"
        in ran.out
    )


def test_an_exemption_that_is_over_spares_nobody(run: Run, azure: Authorization, bodies: list[Body]) -> None:
    for each in bodies:
        if "scope" in each:
            each["properties"]["expiresOn"] = "2020-02-28T23:59:59Z"
    deployed(azure, bodies)

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert "note: exemption `acme-E1-55556666-7777-4888-9999-aaaabbbbcccc` is over" in ran.out


def test_an_initiative_that_nothing_assigns_guards_nothing(
    run: Run, azure: Authorization, bodies: list[Body]
) -> None:
    deployed(azure, [each for each in bodies if each["type"].endswith("Definitions")])

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert "detached  `policySetDefinitions/acme` is deployed and attached to nothing" in ran.out
    assert "would be denied (is allowed as deployed)" in ran.out


def test_what_is_compiled_no_more_is_extra(run: Run, azure: Authorization, bodies: list[Body]) -> None:
    deployed(azure, bodies)
    azure.deploy(
        {**next(each for each in bodies if each["name"] == "acme-ml-team-value"), "name": "acme-old"}
    )

    assert "extra     `policyDefinitions/acme-old` is deployed and compiled no more" in run(*DIFF, *IN).out


def test_two_assignments_of_one_name_are_both_read(
    run: Run, azure: Authorization, bodies: list[Body]
) -> None:
    deployed(azure, bodies)
    (assignment,) = (each for each in bodies if each["type"].endswith("policyAssignments"))
    here = f"{SUBSCRIPTION}/resourceGroups/web"
    azure.deploy(json.loads(json.dumps(assignment).replace("{scope}", SUBSCRIPTION)), here)

    out = run(*DIFF, *IN).out

    assert f"extra     `policyAssignments/acme in {SUBSCRIPTION}/re…` is deployed and compiled no more" in out
    assert "alike     both sides decide alike on " in out


def test_what_may_not_be_read_is_incomplete(run: Run, azure: Authorization, bodies: list[Body]) -> None:
    azure.status = 403

    ran = run(*DIFF, *IN)

    assert ran.code == 4
    assert f"not read  Azure, {SUBSCRIPTION}: (AuthorizationFailed) may not read" in ran.out


@pytest.mark.parametrize("scope", [(), ("--scope", "azure=acme")])
def test_nobody_guesses_the_scope(run: Run, bodies: list[Body], scope: tuple[str, ...]) -> None:
    ran = run(*DIFF, *scope)

    assert ran.code == 2
    assert "`--scope azure=/subscriptions/ID`" in ran.err
