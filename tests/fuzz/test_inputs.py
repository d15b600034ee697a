"""Mutated plans, states and manifests are refused, or they are judged and every output is sound."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tagward.errors import InputError
from tagward.loader import load
from tagward.policy import Policy
from tagward_service.sources import read_inputs
from tagward_service.sources.interface import Place
from tests.fuzz import byte_mutations, data_mutations
from tests.fuzz.campaign import Check, Make
from tests.fuzz.conftest import Fuzz
from tests.fuzz.outcome import judged
from tests.fuzz.seeds import DEMO, HERE, LARGEST_REAL, REAL, Seed, seeds_in, values_in

AS_OF = date(2026, 11, 21)

PLANS = [
    *seeds_in(HERE / "plans"),
    *seeds_in(HERE / "states"),
    *seeds_in(REAL / "terraform", largest=LARGEST_REAL),
]
MANIFESTS = [
    *seeds_in(HERE / "manifests"),
    *(seed for seed in seeds_in(DEMO, largest=LARGEST_REAL) if not seed.is_json),
    *seeds_in(REAL / "kubernetes", largest=LARGEST_REAL),
]
TEMPLATES = seeds_in(HERE / "templates")
OTHERS = seeds_in(REAL / "mistakes", largest=LARGEST_REAL)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(HERE / "policies" / "organisation.yaml", as_of=AS_OF)


@pytest.fixture
def check(tmp_path: Path, policy: Policy) -> Check:
    """Read one input as the command line does, judge it and write it in every format."""
    target = tmp_path / "input"

    def try_input(content: bytes) -> str:
        # A file that is still mapped must not change under the reader.
        target.unlink(missing_ok=True)
        target.write_bytes(content)
        outcome = judged(policy, read_inputs([str(target)], place=Place()), AS_OF)
        if outcome.errors:
            return "refused"
        return "judged" if outcome.report.summary.resources else "empty"

    return try_input


def bytes_of(seeds: list[Seed]) -> Make:
    def make(random: Random) -> bytes:
        seed, other = random.choice(seeds), random.choice(seeds)
        return byte_mutations.mutated(random, seed.content, other.content)

    return make


def data_of(seeds: list[Seed]) -> Make:
    with_data = [seed for seed in seeds if seed.data is not None]
    values = values_in(with_data)

    def make(random: Random) -> bytes:
        seed = random.choice(with_data)
        data = data_mutations.mutated(random, seed.data, seed.paths, values)
        if seed.is_json:
            return data_mutations.as_json(random, data)
        return data_mutations.as_yaml(random, data, several=isinstance(seed.data, list))

    return make


def test_plans_and_states_with_changed_bytes(fuzz: Fuzz, check: Check) -> None:
    fuzz("plan-bytes", 0.10, bytes_of(PLANS), check, ".json")


def test_plans_and_states_with_changed_data(fuzz: Fuzz, check: Check) -> None:
    fuzz("plan-data", 0.25, data_of(PLANS), check, ".json")


def test_manifests_with_changed_bytes(fuzz: Fuzz, check: Check) -> None:
    fuzz("manifest-bytes", 0.10, bytes_of(MANIFESTS), check, ".yaml")


def test_manifests_with_changed_data(fuzz: Fuzz, check: Check) -> None:
    fuzz("manifest-data", 0.12, data_of(MANIFESTS), check, ".yaml")


def test_cloudformation_templates_with_changed_bytes(fuzz: Fuzz, check: Check) -> None:
    fuzz("template-bytes", 0.02, bytes_of(TEMPLATES), check, ".yaml")


def test_cloudformation_templates_with_changed_data(fuzz: Fuzz, check: Check) -> None:
    fuzz("template-data", 0.02, data_of(TEMPLATES), check, ".json")


def test_other_files_with_changed_bytes(fuzz: Fuzz, check: Check) -> None:
    """What nobody should have handed in: parts of plans and manifests spliced into it, or it into them."""
    fuzz("other-bytes", 0.03, bytes_of([*OTHERS, *PLANS, *MANIFESTS]), check, ".txt")


@pytest.mark.parametrize(
    "seed", [*seeds_in(HERE / "plans"), *seeds_in(HERE / "states"), *seeds_in(HERE / "manifests")]
)
def test_every_seed_is_judged(check: Check, seed: Seed) -> None:
    assert check(seed.content) == "judged"


def test_an_error_names_the_file_as_it_was_given(tmp_path: Path) -> None:
    (missing,) = read_inputs([str(tmp_path / "x")], place=Place())
    assert isinstance(missing, InputError)
    assert missing.file == str(tmp_path / "x")


@pytest.mark.parametrize("inserted", [b"\xff", b"\\ud800"])
@pytest.mark.parametrize("seed", [*seeds_in(HERE / "states"), *seeds_in(HERE / "templates")])
def test_a_broken_text_is_answered_wherever_it_stands(check: Check, seed: Seed, inserted: bytes) -> None:
    for match in re.finditer(b'"', seed.content):
        check(seed.content[: match.end()] + inserted + seed.content[match.end() :])


@pytest.mark.parametrize(
    "content", [b'{"terraform_version":"1","\xf0\xff":2}', b'{"format_version":"1","\xff":{}}']
)
def test_a_broken_key_in_a_small_file_is_refused(check: Check, content: bytes) -> None:
    assert check(content) == "refused"
