"""Mutated policies are refused with diagnostics, or they load and can be used."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from random import Random
from zlib import crc32

import pytest
import sqlglot
import yaml
from msgspec import UNSET
from msgspec.structs import replace

from tagward.diagnostics import render
from tagward.errors import PolicyError
from tagward.evaluation import Evaluator
from tagward.loader import load
from tagward.policy import Policy
from tagward_generators import TARGETS, target
from tagward_generators.sql import dialects
from tagward_generators.targets import Artifact, CompileError
from tests.fuzz import byte_mutations, data_mutations
from tests.fuzz.campaign import Check
from tests.fuzz.conftest import Fuzz
from tests.fuzz.outcome import is_harmless
from tests.fuzz.resources import RESOURCES
from tests.fuzz.seeds import HERE, Seed, seeds_in, values_in

AS_OF = date(2026, 11, 21)
SEEDS = seeds_in(HERE / "policies")
VALUES = values_in(SEEDS)
FEW_ACTIONS = ["ec2:RunInstances", "ec2:CreateVolume", "s3:CreateBucket", "sagemaker:CreateEndpoint"]


@pytest.fixture
def one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write SQL for one engine: time goes by their number, and all begin with one expression."""
    monkeypatch.setattr(dialects, "DIALECTS", dialects.DIALECTS[:1])


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Load one policy beside the files that the seeds name, and use it."""
    for path in HERE.glob("policies/*"):
        shutil.copy(path, tmp_path)
    file = tmp_path / "tagward.yaml"

    def try_policy(content: bytes) -> str:
        file.write_bytes(content)
        try:
            policy = load(file, as_of=AS_OF)
        except PolicyError as error:
            return _refused(error)
        return _used(policy, one_of_the_targets(content))

    return try_policy


def one_of_the_targets(content: bytes) -> str:
    """Choose a target by what an input is, so that it meets the same one whenever it is tried."""
    return list(TARGETS)[crc32(content) % len(TARGETS)]


def _refused(error: PolicyError) -> str:
    assert error.diagnostics
    for diagnostic in error.diagnostics:
        assert diagnostic.line >= 1
        assert diagnostic.column >= 1
        assert is_harmless(render(diagnostic)), render(diagnostic)
        assert diagnostic.message
    return "refused"


def _used(policy: Policy, target_name: str) -> str:
    evaluator = Evaluator(policy, as_of=AS_OF)
    for resource in RESOURCES:
        evaluator.assess(resource)
    return f"loaded, {_compiled(policy, target_name)}"


def _compiled(policy: Policy, target_name: str) -> str:
    try:
        made = target(target_name).compile(_with_few_actions(policy), as_of=AS_OF)
    except CompileError as error:
        return "cannot be compiled" if str(error) else "refused without a reason"
    for artifact in made.artifacts:
        _read(artifact)
    return "compiled"


def _read(artifact: Artifact) -> None:
    """Take an artifact apart as those do who deploy it; OPA alone reads Rego, in `make conformance`."""
    if artifact.path.endswith(".json"):
        assert json.loads(artifact.content)
    elif artifact.path.endswith(".yaml"):
        assert list(yaml.safe_load_all(artifact.content))
    elif artifact.kind == "SQL projection":
        assert sqlglot.parse_one(artifact.content, dialect=artifact.path.split(".")[-3])
    elif not artifact.path.endswith(".sql"):
        assert artifact.path.endswith(".rego")


def _with_few_actions(policy: Policy) -> Policy:
    """Leave most of the curated actions out: time goes by their number, and all are treated alike."""
    if policy.targets.aws_scp.actions is not UNSET:
        return policy
    return replace(
        policy, targets=replace(policy.targets, aws_scp=replace(policy.targets.aws_scp, actions=FEW_ACTIONS))
    )


def _changed_data(random: Random, seed: Seed) -> bytes:
    data = data_mutations.mutated(random, seed.data, seed.paths, VALUES)
    return data_mutations.as_yaml(random, data)


@pytest.mark.usefixtures("one_engine")
def test_policies_with_changed_bytes(fuzz: Fuzz, check: Check) -> None:
    def make(random: Random) -> bytes:
        seed, other = random.choice(SEEDS), random.choice(SEEDS)
        return byte_mutations.mutated(random, seed.content, other.content)

    fuzz("policy-bytes", 0.15, make, check, ".yaml")


@pytest.mark.usefixtures("one_engine")
def test_policies_with_changed_data(fuzz: Fuzz, check: Check) -> None:
    fuzz("policy-data", 0.25, lambda random: _changed_data(random, random.choice(SEEDS)), check, ".yaml")


@pytest.mark.usefixtures("one_engine")
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_every_seed_loads_and_judges(seed: Seed, check: Check) -> None:
    assert check(seed.content).startswith("loaded")


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_every_seed_compiles(seed: Seed, name: str) -> None:
    policy = load(HERE / "policies" / seed.name, as_of=AS_OF)
    assert _compiled(policy, name) == "compiled"
