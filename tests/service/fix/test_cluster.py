"""From a scan of a cluster to a plan, to labels that are written, and back; the cluster is a stand-in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.service.cli.conftest import Ran, Run, here, run
from tests.service.sources.clusters.stand_in import ApiServer, Fault, kubeconfig, serving

__all__ = ["here", "run"]

PODS = "/api/v1/namespaces/nlp/pods"
PLACES = {
    "pods": "/api/v1/namespaces/nlp",
    "persistentvolumeclaims": "/api/v1/namespaces/nlp",
    "notebooks": "/apis/kubeflow.org/v1/namespaces/nlp",
}
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
tags:
  ml-team:
    required: true
    pattern: "[a-z][a-z-]+"
    aliases: [{key: team, until: 2026-01-31}]
  ml-environment: {required: true, values: [dev, prod], replaces: {production: prod}}
"""
GOOD = {"ml-team": "nlp", "ml-environment": "dev"}


@pytest.fixture
def api() -> ApiServer:
    server = ApiServer()
    server.serve("apps/v1", "Deployment", "deployments")
    server.serve("v1", "Pod", "pods")
    server.serve("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
    server.serve("kubeflow.org/v1", "Notebook", "notebooks")
    server.add("v1", "Namespace", name="nlp", labels={"ml-team": "nlp"})
    return server


@pytest.fixture(autouse=True)
def cluster(api: ApiServer, here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (here / "tagward.yaml").write_text(POLICY)
    for name in ("STORE", "SNAPSHOTS", "CONTEXTS", "ROLE", "MAP", "OUTPUT"):
        monkeypatch.delenv(f"TAGWARD_{name}", raising=False)
    with serving(api) as url:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(here, live=url)))
        yield


def planned(run: Run, *options: str) -> dict[str, Any]:
    """Scan and plan; what the API server has to say of each pod is in the plan."""
    scanned = run("scan", "kubernetes", "-q", "--as-of", "2026-11-21", "--fail-on", "never")
    assert scanned.code in (0, 3), scanned
    ran = run("fix", "plan", "-o", "plan.yaml", "--as-of", "2026-11-21", *options)
    assert ran.code == 0, ran
    plan: dict[str, Any] = yaml.safe_load(Path("plan.yaml").read_text())
    return plan


def writes(plan: dict[str, Any]) -> dict[tuple[str, str], tuple[str | None, str, str]]:
    return {
        (each["resource"].rpartition("/")[2], each["key"]): (each["old"], each["new"], each["confidence"])
        for each in plan["writes"]
    }


def left(plan: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["resource"].rpartition("/")[2], each["finding"]): each["why"] for each in plan["left"]}


def labels(api: ApiServer, name: str, kind: str = "pods") -> dict[str, str]:
    found = api.find(f"{PLACES[kind]}/{kind}/{name}")
    assert found is not None
    read: dict[str, str] = found["metadata"].get("labels", {})
    return read


def apply(run: Run, *options: str) -> Ran:
    return run("fix", "apply", "plan.yaml", "--yes", *options)


def test_labels_are_written_where_the_policy_says_what_and_taken_back(api: ApiServer, run: Run) -> None:
    before = {"team": "speech", "ml-environment": "production", "app": "web"}
    api.add("v1", "Pod", name="old", namespace="nlp", labels=before)
    api.add("v1", "Pod", name="good", namespace="nlp", labels=GOOD)
    plan = planned(run)
    assert writes(plan) == {
        ("old", "ml-environment"): ("production", "prod", "certain"),
        ("old", "ml-team"): (None, "speech", "certain"),
    }
    assert left(plan) == {}
    assert plan["policy"]["name"] == "acme"
    applied = apply(run)
    assert applied.code == 0, applied
    assert labels(api, "old") == {**before, "ml-team": "speech", "ml-environment": "prod"}
    assert writes(planned(run)) == {}
    undone = run("fix", "undo", "plan.yaml.journal", "--yes")
    assert undone.code == 0, undone
    assert labels(api, "old") == before
    assert labels(api, "good") == GOOD


def test_everything_can_be_said_twice(api: ApiServer, run: Run) -> None:
    api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    assert apply(run).code == 0
    again = apply(run)
    assert (again.code, again.out.count("already so")) == (0, 1)
    assert run("fix", "undo", "plan.yaml.journal", "--yes").code == 0
    again = run("fix", "undo", "plan.yaml.journal", "--yes")
    assert (again.code, again.out.count("already so")) == (0, 1)
    assert len(api.writes) == 2


def test_a_namespace_is_a_proposal_and_no_more(api: ApiServer, run: Run) -> None:
    api.add("v1", "Pod", name="bare", namespace="nlp", labels={"ml-environment": "dev"})
    plan = planned(run)
    assert writes(plan) == {("bare", "ml-team"): (None, "nlp", "proposed")}
    assert plan["writes"][0]["why"] == "the namespace `nlp` has it"
    assert apply(run, "--only", "certain").code == 0
    assert "ml-team" not in labels(api, "bare")
    assert apply(run).code == 0
    assert labels(api, "bare")["ml-team"] == "nlp"


def test_what_a_reviewer_deletes_is_not_done(api: ApiServer, run: Run) -> None:
    for name in ("one", "two"):
        api.add("v1", "Pod", name=name, namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    plan = planned(run)
    plan["writes"] = [each for each in plan["writes"] if each["resource"].endswith("/two")]
    Path("plan.yaml").write_text(yaml.safe_dump(plan))
    assert apply(run).code == 0
    assert [labels(api, name)["ml-environment"] for name in ("one", "two")] == ["production", "prod"]


def test_a_pod_template_is_never_written(api: ApiServer, run: Run) -> None:
    template = {"metadata": {"labels": {"team": "nlp"}}, "spec": {"containers": []}}
    api.add("apps/v1", "Deployment", name="web", namespace="nlp", labels={}, spec={"template": template})
    plan = planned(run)
    assert writes(plan) == {}
    assert all("pod template" in why for why in left(plan).values())
    assert len(left(plan)) == 2


def test_what_changed_since_the_scan_is_left_as_it_is(api: ApiServer, run: Run) -> None:
    pod = api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    pod["metadata"]["labels"]["ml-environment"] = "dev"
    applied = apply(run)
    assert applied.code == 1
    assert "changed since" in applied.out
    assert "it is `dev` now" in applied.out
    assert api.writes == []


def test_an_undo_leaves_what_somebody_changed_after(api: ApiServer, run: Run) -> None:
    pod = api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    assert apply(run).code == 0
    api.find(f"{PODS}/old")["metadata"]["labels"]["ml-environment"] = "dev"  # type: ignore[index]
    assert run("fix", "undo", "plan.yaml.journal", "--yes").code == 1
    assert pod["metadata"]["labels"]["ml-environment"] == "dev"


def test_what_a_controller_took_over_is_refused(api: ApiServer, run: Run) -> None:
    pod = api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1", "controller": True}
    pod["metadata"]["ownerReferences"] = [owner]
    applied = apply(run)
    assert applied.code == 1
    assert "label what it is made from" in applied.out


def test_a_write_beside_another_one_is_tried_again(api: ApiServer, run: Run) -> None:
    api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    busy = ["somebody"]

    def write_too(path: str) -> None:
        found = api.find(path)
        if busy and found:
            found["metadata"]["labels"]["by"] = busy.pop()
            found["metadata"]["resourceVersion"] = "7"

    api.before_patch = write_too
    assert apply(run).code == 0
    assert labels(api, "old") == {**GOOD, "ml-environment": "prod", "by": "somebody"}


@pytest.mark.parametrize(("status", "told"), [(403, "verbs: [patch]"), (500, "refused (500)")])
def test_a_write_that_fails_is_told(api: ApiServer, run: Run, status: int, told: str) -> None:
    for name in ("one", "two"):
        api.add("v1", "Pod", name=name, namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    original = api.answer

    def answer(method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if method == "PATCH" and path.endswith("/one"):
            return Fault(status).answer(path)
        return original(method, path, query, body)

    api.answer = answer  # type: ignore[method-assign]
    applied = apply(run)
    assert applied.code == 1
    assert told in applied.out
    assert [labels(api, name)["ml-environment"] for name in ("one", "two")] == ["production", "prod"]


def test_credentials_that_end_stop_everything(api: ApiServer, run: Run) -> None:
    for name in ("one", "two"):
        api.add("v1", "Pod", name=name, namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    api.faults[f"{PODS}/one"] = Fault(401)
    applied = apply(run)
    assert applied.code == 1
    assert applied.out.count("not done") == 2
    assert api.writes == []


def test_a_dry_run_reads_and_writes_nothing(api: ApiServer, run: Run) -> None:
    api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    ran = run("fix", "apply", "plan.yaml", "--dry-run")
    assert (ran.code, ran.out.count("would be done")) == (0, 1)
    assert api.writes == []
    assert not Path("plan.yaml.journal").exists()


def test_nothing_is_written_unless_somebody_said_yes(api: ApiServer, run: Run) -> None:
    api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    ran = run("fix", "apply", "plan.yaml")
    assert ran.code == 2
    assert "1 tags of 1 resources" in ran.err
    assert api.writes == []


def test_kinds_of_other_groups_and_claims_are_written_too(api: ApiServer, run: Run) -> None:
    wrong = {**GOOD, "ml-environment": "production"}
    api.add("kubeflow.org/v1", "Notebook", name="book", namespace="nlp", labels=wrong)
    api.add("v1", "PersistentVolumeClaim", name="disk", namespace="nlp", labels=wrong)
    planned(run)
    assert apply(run).code == 0
    assert labels(api, "book", "notebooks")["ml-environment"] == "prod"
    assert labels(api, "disk", "persistentvolumeclaims")["ml-environment"] == "prod"


def test_the_journal_says_what_it_will_do_before_it_does_it(api: ApiServer, run: Run) -> None:
    api.add("v1", "Pod", name="old", namespace="nlp", labels={**GOOD, "ml-environment": "production"})
    planned(run)
    seen: list[str] = []
    api.before_patch = lambda _: seen.extend(Path("plan.yaml.journal").read_text().splitlines())
    assert apply(run).code == 0
    assert [json.loads(line)["event"] for line in seen] == ["run", "begin"]
    assert json.loads(seen[1])["changes"][0]["before"] == "production"


def test_an_account_map_fills_what_nobody_else_says(api: ApiServer, run: Run) -> None:
    api.add("v1", "Pod", name="bare", namespace="nlp")
    Path("map.csv").write_text("account,namespace,ml-team,ml-environment\nlive,nlp,speech,dev\n")
    plan = planned(run, "--map", "map.csv")
    assert writes(plan) == {
        ("bare", "ml-team"): (None, "nlp", "proposed"),
        ("bare", "ml-environment"): (None, "dev", "proposed"),
    }
    assert apply(run).code == 0
    assert labels(api, "bare") == {"ml-team": "nlp", "ml-environment": "dev"}
