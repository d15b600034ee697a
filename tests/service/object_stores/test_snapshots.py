"""Snapshots of inventories are kept in object stores."""

from pathlib import Path

from pyarrow import parquet

from tagward_service.object_stores import opened
from tagward_service.store import open_store
from tests.service.object_stores.conftest import Bucket
from tests.service.store.stories import GOOD, HERE, NO_TEAM, scan


def test_a_snapshot_is_kept_in_a_bucket(bucket: Bucket, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"), snapshots="s3://bills/inventory")

    number = scan(store, {HERE: {"i-1": NO_TEAM, "i-2": GOOD}})

    (path,) = store.snapshot(number)
    kept = parquet.read_table(path, filesystem=opened("s3://bills/inventory")[0])
    assert path.startswith("bills/inventory/")
    assert sorted(kept["name"].to_pylist()) == ["i-1", "i-2"]
