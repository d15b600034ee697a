"""manifest.json says what was compiled, from what, and when it must be compiled again."""

import hashlib
import json
from datetime import date

from tagward.policy import Policy
from tagward_generators.manifest import manifest, path_of
from tagward_generators.targets import Artifact, Compilation, Fidelity, Grade

DAY = date(2026, 11, 21)
COMPILATION = Compilation(
    "aws-scp",
    (Artifact("acme-1.json", '{"a":"é"}', "SERVICE_CONTROL_POLICY"),),
    (Fidelity("ml-team", "required", Grade.WEAKER, "why", "lint and scan"),),
    ("a note",),
    (date(2027, 1, 15),),
)


def test_manifest_names_policy_artifacts_fidelity_and_dates() -> None:
    policy = Policy("acme", "1.2.0", "f" * 64)

    written = json.loads(manifest(policy, [COMPILATION], as_of=DAY))

    assert written["policy"] == {"name": "acme", "version": "1.2.0", "sha256": "f" * 64}
    assert written["as_of"] == "2026-11-21"
    assert written["targets"] == {
        "aws-scp": {
            "artifacts": [
                {
                    "path": "aws-scp/acme-1.json",
                    "kind": "SERVICE_CONTROL_POLICY",
                    "sha256": hashlib.sha256('{"a":"é"}'.encode()).hexdigest(),
                    "size": 9,
                }
            ],
            "fidelity": [
                {
                    "tag": "ml-team",
                    "rule": "required",
                    "grade": "weaker",
                    "why": "why",
                    "covered_by": "lint and scan",
                }
            ],
            "notes": ["a note"],
            "changes_on": ["2027-01-15"],
        }
    }


def test_same_compilation_same_bytes() -> None:
    policy = Policy("acme", "1", "0")

    assert manifest(policy, [COMPILATION], as_of=DAY) == manifest(policy, [COMPILATION], as_of=DAY)
    assert path_of(COMPILATION, COMPILATION.artifacts[0]) == "aws-scp/acme-1.json"
