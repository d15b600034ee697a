"""Mutated registries are refused with a diagnostic at the entry that names them, or their values count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tagward.diagnostics import render
from tagward.errors import PolicyError
from tagward.loader import load
from tagward.policy import Allowed
from tests.fuzz import byte_mutations
from tests.fuzz.conftest import Fuzz
from tests.fuzz.outcome import is_harmless
from tests.fuzz.seeds import HERE

SEEDS = {path.suffix: path.read_bytes() for path in sorted(HERE.glob("registries/*"))}
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
registries: {{teams: {{file: teams{suffix}, column: slug, until: retired_on}}}}
tags: {{team: {{required: true, registry: teams}}}}
"""


@pytest.fixture
def check_file(tmp_path: Path) -> Callable[[bytes, str], str]:
    """Load a policy whose registry holds the input."""

    def try_registry(content: bytes, suffix: str) -> str:
        (tmp_path / "tagward.yaml").write_text(POLICY.format(suffix=suffix))
        (tmp_path / f"teams{suffix}").write_bytes(content)
        try:
            policy = load(tmp_path / "tagward.yaml", as_of=date(2026, 11, 21))
        except PolicyError as error:
            shown = "\n".join(map(render, error.diagnostics))
            return "refused" if shown and is_harmless(shown) else f"refused in a bad way: {shown}"
        (tag,) = policy.tags
        has_values = isinstance(tag.constraint, Allowed) and bool(tag.constraint.values)
        return "loaded some values" if has_values else "loaded no values"

    return try_registry


@pytest.mark.parametrize("suffix", SEEDS)
def test_registries_with_changed_bytes(
    fuzz: Fuzz, check_file: Callable[[bytes, str], str], suffix: str
) -> None:
    def make(random: Random) -> bytes:
        return byte_mutations.mutated(random, SEEDS[suffix], random.choice(list(SEEDS.values())))

    name = f"registry-{suffix[1:]}"
    outcome = fuzz(name, 0.01, make, lambda content: check_file(content, suffix), suffix)
    assert outcome.depths.keys() <= {"refused", "loaded some values"}


@pytest.mark.parametrize("suffix", SEEDS)
def test_every_seed_loads(check_file: Callable[[bytes, str], str], suffix: str) -> None:
    assert check_file(SEEDS[suffix], suffix) == "loaded some values"
