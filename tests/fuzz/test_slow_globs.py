"""IAM globs as expressions: what the obvious translation means, without going back and forth."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tagward_generators.aws_scp.blocks import glob_expression
from tests.fuzz.deadline import deadline

PARTS = {"*": ".*", "?": ".", "${*}": r"\*", "${?}": r"\?", "a": "a", "b": "b", "\n": "\n", "$": r"\$"}


@given(st.lists(st.sampled_from(sorted(PARTS)), max_size=8), st.text("aab*?$\n", max_size=10))
def test_a_glob_matches_what_its_obvious_translation_matches(glob: list[str], text: str) -> None:
    obvious = re.compile("".join(PARTS[part] for part in glob), re.DOTALL)
    found = glob_expression("".join(glob)).fullmatch(text)
    assert (found is not None) == (obvious.fullmatch(text) is not None)


def test_many_stars_take_no_longer_than_a_few() -> None:
    with deadline(processor=0.5):
        assert not glob_expression("*a" * 100 + "b").fullmatch("a" * 512)
