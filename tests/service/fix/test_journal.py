"""The journal survives crashes, and says of what it does not know that it may have happened."""

from pathlib import Path

import pytest

from tagward.errors import UsageError
from tagward_service.fix.interface import Change, Failed, Job, Target
from tagward_service.fix.journal import Journal, undoing

ONE, TWO = (Target("aws", "1", "eu-west-1", f"arn:aws:sns:eu-west-1:1:{name}") for name in ("one", "two"))


def job(target: Target, before: str | None = None, after: str | None = "nlp", key: str = "team") -> Job:
    return Job(target, (Change(target, key, before, after),))


def undone(path: Path) -> list[tuple[str, str | None, str | None]]:
    return [(each.target.id[-3:], each.before, each.after) for each in undoing(path)]


def test_an_undo_leads_from_what_was_written_to_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path, "apply") as journal:
        journal.begin([job(ONE), job(TWO, "old")])
        journal.end({})
    assert undone(path) == [("one", "nlp", None), ("two", "nlp", "old")]


def test_several_runs_are_taken_back_to_before_the_first(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for before, after in (("a", "b"), ("b", "c")):
        with Journal(path, "apply") as journal:
            journal.begin([job(ONE, before, after)])
            journal.end({})
    assert undone(path) == [("one", "c", "a")]


def test_what_failed_is_not_taken_back_unless_nobody_is_sure(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path, "apply") as journal:
        journal.begin([job(ONE), job(TWO)])
        journal.end({ONE: Failed("denied"), TWO: Failed("timed out", unsure=True)})
    assert undone(path) == [("two", "nlp", None)]


def test_a_batch_without_an_end_may_have_been_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path, "apply") as journal:
        journal.begin([job(ONE)])
    assert undone(path) == [("one", "nlp", None)]


def test_every_crash_leaves_a_journal_that_can_be_read_and_gone_on_with(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole", tmp_path / "journal"
    with Journal(whole, "apply") as journal:
        journal.begin([job(ONE)])
        journal.end({})
    content = whole.read_bytes()
    first = content.index(b"\n") + 1
    second = content.index(b"\n", first)
    for length in range(first, len(content)):
        path.write_bytes(content[:length])
        assert undone(path) == [("one", "nlp", None)] * (length >= second)
        with Journal(path, "apply") as journal:
            journal.begin([job(TWO)])
            journal.end({})
        assert undone(path)[-1:] == [("two", "nlp", None)]


def test_a_journal_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path, "apply") as journal:
        for target in (ONE, TWO):
            journal.begin([job(target)])
            journal.end({})
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((*lines[:2], lines[2][:10] + b"\n", *lines[3:])))
    with pytest.raises(UsageError, match="`:3 is damaged"):
        undoing(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"writes: []\n", b"[]\n", b'{"event": "other"}\n'])
def test_what_is_no_journal_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="journal"):
        undoing(path)


def test_nobody_else_may_read_a_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal", "apply"):
        assert (tmp_path / "journal").stat().st_mode & 0o077 == 0
