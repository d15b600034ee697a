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
        "minutes": 120.0,
        "cpuCoreHours": 4.0,
        "cpuCoreRequestAverage": 1.5,
        "ramByteHours": 1024.0,
        "ramByteRequestAverage": 2048.0,
        "gpuHours": 0.0,
        "totalCost": 1.25,
    } | changed


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


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("u.csv", "month,metric,target,quantity\n", "needs the column `period`"),
        ("u.csv", ROWS + "2026-10,m,t,lots\n", "line 6: `lots` is no quantity"),
        ("u.csv", ROWS + "2026-10,m,t,-1\n", "is no quantity"),
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
