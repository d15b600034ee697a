"""The fuzzing itself: it finds what is wrong, says how to see it again, and changes what it is given."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import byte_mutations, data_mutations
from tests.fuzz.campaign import attempt, report, run
from tests.fuzz.deadline import TooSlowError, deadline
from tests.fuzz.nasty import RAW, marker, with_raw


def check_that_breaks(content: bytes) -> str:
    assert b"x" not in content
    return "fine"


def letters(random: Random) -> bytes:
    return bytes(random.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(20))


def test_a_failure_is_found_shrunk_and_kept(tmp_path: Path) -> None:
    outcome = run("letters", 50, 1, letters, check_that_breaks)
    assert outcome.failed == outcome.inputs - outcome.depths["fine"] > 0
    (failure,) = outcome.failures
    assert failure.content == b"x"
    with pytest.raises(pytest.fail.Exception, match="base64 eA=="):
        report(outcome, tmp_path, ".txt")
    assert (tmp_path / f"{failure.name}.txt").read_bytes() == b"x"


def test_the_same_seed_gives_the_same_inputs() -> None:
    def inputs(seed: int) -> Counter[str]:
        return run("letters", 5, seed, letters, bytes.decode).depths

    assert inputs(1) == inputs(1) != inputs(2)


def test_an_input_that_never_ends_is_a_failure() -> None:
    def endless(_content: bytes) -> str:
        try:
            while True:
                pass
        except Exception:
            return "swallowed"

    with pytest.raises(TooSlowError), deadline(processor=0.05):
        endless(b"")
    with pytest.raises(TooSlowError), deadline(wall=0.05):
        time.sleep(5)
    time.sleep(0.06)


def test_an_answer_is_counted() -> None:
    depths: Counter[str] = Counter()
    assert attempt(check_that_breaks, b"abc", "name", depths) is None
    assert depths == {"fine": 1}


def test_byte_mutations_change_bytes_and_never_fail() -> None:
    content, other = b"a: [b, c]\nd: {e: f}\n", b'{"x": 1}'
    changed = [byte_mutations.mutated(Random(number), content, other) for number in range(500)]
    assert sum(each != content for each in changed) > 450
    assert byte_mutations.mutated(Random(1), b"", b"") is not None


def test_data_mutations_leave_the_seed_alone() -> None:
    data = {"a": [1, {"b": "c"}], "d": None}
    paths = tuple(data_mutations.paths_of(data))
    assert set(paths) == {(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("d",)}
    written = set()
    for number in range(300):
        random = Random(number)
        changed = data_mutations.mutated(random, data, paths, list(data_mutations.values_of(data)))
        written |= {data_mutations.as_json(random, changed), data_mutations.as_yaml(random, changed)}
    assert data == {"a": [1, {"b": "c"}], "d": None}
    assert len(written) > 300


def test_raw_texts_take_the_place_of_their_markers() -> None:
    number = RAW.index("NaN")
    assert with_raw(f'{{"a": "{marker(number)}", "b": "x"}}') == '{"a": NaN, "b": "x"}'
    assert with_raw(f"a: {marker(number)}\n") == "a: NaN\n"
