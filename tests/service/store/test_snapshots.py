"""Snapshots: the inventory of a scan as Parquet, whole or not at all, without what must not be shown."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from tagward.loader import load
from tagward.resource import Unknown
from tagward_service.store import open_store
from tagward_service.store.errors import StoreError
from tagward_service.store.interface import ScanState, Store
from tagward_service.store.snapshots import ROWS
from tests.service.store.stories import (
    DAY,
    GOOD,
    HERE,
    NO_TEAM,
    THERE,
    begin,
    instance,
    judged,
    scan,
    told,
    write,
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where snapshots are."""
    return tmp_path / "kept"


@pytest.fixture
def keeping(tmp_path: Path, place: Path) -> Store:
    """A store that keeps snapshots."""
    return open_store(str(tmp_path / "store.db"), snapshots=place.as_uri())


def rows(store: Store, number: int) -> list[dict[str, Any]]:
    return [row for path in store.snapshot(number) for row in pq.read_table(path).to_pylist()]


def files(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


def test_a_snapshot_holds_every_resource_with_its_tags(keeping: Store) -> None:
    number = scan(keeping, {HERE: {"i-1": NO_TEAM, "i-2": GOOD}, THERE: {"i-3": {}}})
    assert len(keeping.snapshot(number)) == 2
    first, second, third = sorted(rows(keeping, number), key=lambda row: str(row["name"]))
    assert first == {
        "cloud": "aws",
        "type": "aws:ec2:instance",
        "id": "arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
        "name": "i-1",
        "account": "111122223333",
        "region": "eu-west-1",
        "namespace": "",
        "status": "violating",
        "tags": list(NO_TEAM.items()),
    }
    assert (second["status"], third["tags"]) == ("compliant", [])
    schema = pq.read_schema(keeping.snapshot(number)[0])
    assert schema.field("tags").type == pa.map_(pa.string(), pa.string())
    keeping.close()


def test_a_large_part_is_written_in_row_groups(keeping: Store) -> None:
    run = begin(keeping)
    run.plan([HERE], [])
    one = judged([instance("i-1", GOOD)])
    writer = run.part(HERE)
    for _ in range(3):
        writer.add(one * (ROWS // 2 + 1))
    writer.done([], [])
    (path,) = keeping.snapshot(run.id)
    found = pq.ParquetFile(path)
    assert found.metadata.num_rows == 3 * (ROWS // 2 + 1)
    assert found.num_row_groups == 2
    found.close()
    keeping.close()


def test_an_empty_part_has_an_empty_snapshot(keeping: Store) -> None:
    number = scan(keeping, {HERE: {}})
    assert len(keeping.snapshot(number)) == 1
    assert rows(keeping, number) == []
    keeping.close()


def test_a_part_that_failed_leaves_no_file(keeping: Store, place: Path) -> None:
    run = begin(keeping)
    run.plan([HERE], [])
    writer = run.part(HERE)
    writer.add(judged([instance("i-1", GOOD)]) * (ROWS + 1))
    writer.failed("cancelled")
    run.finish(ScanState.INTERRUPTED)
    assert keeping.snapshot(run.id) == []
    assert files(place) == []
    keeping.close()


def test_values_that_must_not_be_shown_are_not_kept(keeping: Store, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: secrets, version: 1.0.0}\n"
        'tags: {}\nforbid: {keys: ["*password*"], values: ["AKIA[0-9A-Z]{16}"]}\n'
    )
    policy = load(path, as_of=DAY)
    tags = {"my-password": "hunter2", "note": "AKIAIOSFODNN7EXAMPLE", "hint": "private", "open": "shown"}
    run = keeping.begin("aws", {}, policy, as_of=DAY)
    run.plan([HERE], [])
    made = replace(instance("i-1", tags), sensitive=frozenset({"hint"}))
    write(run, HERE, [made, replace(made, id="clean", tags={"hint": "private"})], of=policy)
    run.finish(ScanState.COMPLETE)
    first, second = rows(keeping, run.id)
    hidden = "(not shown)"
    assert dict(first["tags"]) == {"my-password": hidden, "note": hidden, "hint": hidden, "open": "shown"}
    assert dict(second["tags"]) == {"hint": hidden}
    keeping.close()


def test_a_value_that_is_not_known_is_null(keeping: Store) -> None:
    run = begin(keeping)
    run.plan([HERE], [])
    made = replace(instance("i-1", {}), tags={"ml-team": Unknown("later"), "x": "half \ud800"})
    write(run, HERE, [made])
    run.finish(ScanState.COMPLETE)
    assert dict(rows(keeping, run.id)[0]["tags"]) == {"ml-team": None, "x": "half ?"}
    keeping.close()


def test_a_part_without_its_snapshot_is_not_done(keeping: Store, place: Path) -> None:
    run = begin(keeping)
    run.plan([HERE], [])
    writer = run.part(HERE)
    writer.add(judged([instance("i-1", NO_TEAM)]))
    (folder,) = place.glob("*/*")
    folder.rmdir()
    with pytest.raises(StoreError, match=r"cannot be written or read: .*No such file"):
        writer.done([], [])
    assert (run.done_parts(), told(keeping)) == (frozenset(), [])
    keeping.close()


def test_a_store_without_a_place_keeps_none(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    assert store.snapshot(scan(store, {HERE: {"i-1": NO_TEAM}})) == []
    store.close()
