"""What docs/webhook.md shows is what a real API server answers."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.webhook import Webhook, serving
from tests.oracles.apiserver_client import until

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "webhook.md").read_text(encoding="utf-8")
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: ml-platform, version: 1.0.0}
extends: [pack:ml-platform]
"""


@pytest.fixture
def webhook(cluster: Cluster, tmp_path: Path) -> Iterator[Webhook]:
    with serving(cluster, tmp_path, policy=POLICY, fill=()) as running:
        until(lambda: "denied" in shown(cluster, "kubectl run probe --image=x --dry-run=server"))
        yield running


def shown(cluster: Cluster, command: str) -> str:
    """Run a command in a shell, as people paste it, as a terminal would show it."""
    ran = subprocess.run(
        ["sh", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=os.environ | {"KUBECONFIG": str(cluster.admin), "KUBECACHEDIR": str(cluster.folder)},
        timeout=60,
    )
    return ran.stdout


def test_every_session_on_the_page_goes_as_it_says(cluster: Cluster, webhook: Webhook) -> None:
    sessions = "".join(re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", sessions, re.MULTILINE)

    assert len(steps) == sessions.count("$ kubectl") == 5
    for command, output in steps:
        assert shown(cluster, command).rstrip("\n") == output.rstrip("\n")
