import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tagward.errors import InputError
from tagward_service.showback.usage import read_usage

ROWS = """\
period,metric,target,quantity
2026-10,s3_prefix_bytes,fraud,100
2026-10,s3_prefix_bytes,fraud,0.1
2026-10,s3_prefix_bytes,search,50
2026-09,s3_prefix_bytes,search,7
"""


def allocation(name: str, **changed: object) -> dict[str, object]:
    """One allocation as OpenCost answers it."""
    return {
        "name": name,
        "properties": {"cluster": "prod", "namespace": "ml", "labels": {"ml_team": "fraud"}},
        "window": {"start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z"},
        "start": "2026-10-01T00:00:00Z",
        "end": "2026-10-01T02:00:00Z",
        "minutes": 120.0,
        "cpuCoreHours": 4.0,
        "cpuCoreRequestAverage": 1.5,
        "ramByteHours": 1024.0,
        "ramByteRequestAverage": 2048.0,
        "gpuHours": 0.0,
        "totalCost": 1.25,
    } | changed


def set_of(folder: Path, *allocations: dict[str, object]) -> dict[str, Decimal]:
    """Read allocations of one step, and give their hours of cores by target."""
    answer = {"code": 200, "data": [{str(each["name"]): each for each in allocations}]}
    (folder / "set.json").write_text(json.dumps(answer))
    used = read_usage([folder / "set.json"], "ml-team")
    return dict(used["2026-10", "cpu_core_hours"])


def test_rows_of_a_metric_add_up_exactly(tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text(ROWS)

    assert read_usage([tmp_path / "usage.csv"], "ml-team") == {
        ("2026-10", "s3_prefix_bytes"): {"fraud": Decimal("100.1"), "search": Decimal(50)},
        ("2026-09", "s3_prefix_bytes"): {"search": Decimal(7)},
    }


def test_parquet_is_read_as_csv_is_and_files_add_up(tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text(ROWS)
    parquet = tmp_path / "usage.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (FROM read_csv('{tmp_path / 'usage.csv'}')) TO '{parquet}' (FORMAT parquet)"
        )

    used = read_usage([tmp_path / "usage.csv", parquet], "ml-team")

    assert used["2026-10", "s3_prefix_bytes"]["search"] == 100


def test_opencost_is_told_by_label_and_else_by_namespace(tmp_path: Path) -> None:
    unlabelled = {"cluster": "prod", "namespace": "kube-system", "labels": {}}
    answer = {
        "code": 200,
        "data": [
            {"a": allocation("a"), "b": allocation("b", properties=unlabelled)},
            {"__idle__": allocation("__idle__", properties={})},
            None,
        ],
    }
    (tmp_path / "allocation.json").write_text(json.dumps(answer))

    used = read_usage([tmp_path / "allocation.json"], "ml-team")

    targets = {"fraud": Decimal("3.0"), "kube-system": Decimal("3.0"), "__idle__": Decimal("3.0")}
    assert used["2026-10", "cpu_core_request_hours"] == targets
    assert used["2026-10", "ram_byte_request_hours"]["fraud"] == 4096
    assert ("2026-10", "gpu_hours") not in used


def test_what_opencost_cannot_tell_is_null_and_counts_as_nothing(tmp_path: Path) -> None:
    # AllocationJSON has pointers: NaN and infinite numbers, and properties that are not there, are null.
    found = set_of(
        tmp_path, allocation("a", properties=None, ramByteHours=None, minutes=None, cpuCoreHours=2)
    )

    assert found == {"a": Decimal("2.0")}


def test_names_of_several_aggregates_are_told_by_what_they_are_of(tmp_path: Path) -> None:
    of = {"cluster": "prod", "namespace": "ml"}
    unlabelled = allocation("ml/__unallocated__", properties=of)
    labelled = allocation("ml/fraud", properties=of | {"labels": {"ml_team": "fraud"}})

    assert set_of(tmp_path, unlabelled, labelled) == {"ml": Decimal("4.0"), "fraud": Decimal("4.0")}


def test_an_allocation_belongs_to_the_month_that_it_ran_in(tmp_path: Path) -> None:
    window = {"start": "2026-09-25T00:00:00Z", "end": "2026-10-25T00:00:00Z"}
    within = {"start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"}

    assert set_of(tmp_path, allocation("a", window=window, **within)) == {"fraud": Decimal("4.0")}


def test_an_allocation_over_the_end_of_a_month_belongs_to_none(tmp_path: Path) -> None:
    over = {"start": "2026-09-30T23:00:00Z", "end": "2026-10-01T00:00:01Z"}

    with pytest.raises(InputError, match=r"`a` ran over the end of a month.*`step=1d`"):
        set_of(tmp_path, allocation("a", **over))
    with pytest.raises(InputError, match="`a` does not say when it ran"):
        set_of(tmp_path, allocation("a", start="yesterday"))


def test_a_file_that_is_there_twice_counts_never_double(tmp_path: Path) -> None:
    for name in ("usage.csv", "copy.csv"):
        (tmp_path / name).write_text(ROWS)

    with pytest.raises(InputError, match=r"copy\.csv: holds the same as `.*`; name it once"):
        read_usage([tmp_path / "usage.csv", tmp_path / "copy.csv"], "ml-team")


def test_small_and_large_usage_add_up_exactly(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(
        "period,metric,target,quantity\n2026-10-05, m , t ,1e30\n2026-10-31,m,t,1e-10\n"
    )

    used = read_usage([tmp_path / "u.csv"], "ml-team")

    assert used == {("2026-10", "m"): {"t": Decimal("1000000000000000000000000000000.0000000001")}}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("u.csv", "month,metric,target,quantity\n", "needs the column `period`"),
        ("u.csv", ROWS + "2026-10,m,t,lots\n", "line 6: `lots` is no quantity"),
        ("u.csv", ROWS + "2026-10,m,t,-1\n", "is no quantity"),
        ("u.csv", ROWS + "2026-10,m,t,1e400\n", "is no quantity"),
        ("u.csv", ROWS + "2026-10,m,t,\n", "line 6: `` is no quantity"),
        ("u.csv", ROWS + "October,m,t,1\n", "line 6: `October` is no month"),
        ("u.csv", ROWS + "2026-13,m,t,1\n", "line 6: `2026-13` is no month"),
        ("u.csv", ROWS + ",m,t,1\n", "line 6: `` is no month"),
        ("u.csv", ROWS + "2026-10,m, ,1\n", "line 6: no target"),
        ("u.csv", ROWS + "2026-10,,t,1\n", "line 6: no metric"),
        ("u.csv", ROWS + "2026-10,m\n", "u.csv"),
        ("u.csv", ROWS + "2026-10,m,t,NaN\n", "is no quantity"),
        ("u.parquet", "PAR1", "cannot be read"),
        ("u.json", "[]", "not an answer of OpenCost"),
        ("u.json", "[" * 100_000, "not an answer of OpenCost"),
        ("u.csv", "", "u.csv"),
    ],
)
def test_what_is_no_usage_is_named(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(InputError, match=said):
        read_usage([tmp_path / name], "ml-team")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_usage([tmp_path / "none.csv"], "ml-team")
