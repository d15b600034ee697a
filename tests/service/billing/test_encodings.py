"""One random bill in every encoding, type and version of FOCUS: the same lines, and the same report."""

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest

from tagward.policy import Policy, Requirement, Tag
from tagward_service.billing.bill import read_bill
from tagward_service.billing.json_billing import render
from tagward_service.billing.report import billing_report
from tests.generators.random_policies import DAY
from tests.service.billing.bills import LINE, Line, write_csv, write_parquet

HOSTILE = (
    " org",
    "org ",
    "a.b",
    'q"uote',
    "it's",
    "back\\slash",
    "[0]",
    "$.x",
    "{}",
    "ms:Department",
    "ftk-tool",
    "Ключ",
    "タグ",
    "🦀",
    "line\nend",
    "a,b;c\td|e",
    "%s",
    "",
    "NULL",
    "resourceTags/team",
    "user_team",
    "TEAM",
    "team",
)
"""Keys of tags, all of which somebody's bill has had or will have."""

MAP = pa.map_(pa.string(), pa.string())
PAIRS = pa.list_(pa.struct([("Key", pa.string()), ("Value", pa.string()), ("x_Inherited", pa.bool_())]))
LETTERS = "ab \t\n\"'\\{}[]:,;|=/.$%éßя猫🦀\u200b"

Write = Callable[[Path, Sequence[Line]], str]


def random_bill(rng: Random) -> list[Line]:
    """Draw a bill whose tags are dicts or None, and whose costs are decimals."""
    return [
        {
            **LINE,
            "ProviderName": rng.choice(("AWS", "Microsoft", "Google Cloud", "Oracle")),
            "ResourceId": rng.choice(("r1", "r2", None)),
            "ServiceName": rng.choice(("Amazon S3", 'a "b", c', "é;|\t")),
            "ChargeCategory": rng.choice(("Usage", "Usage", "Purchase", "Tax", "Credit")),
            "BillingPeriodStart": rng.choice(("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z")),
            "BilledCost": random_cost(rng),
            "EffectiveCost": random_cost(rng),
            "Tags": rng.choice((None, {})) if rng.random() < 0.2 else random_tags(rng),
        }
        for _ in range(80)
    ]


def random_cost(rng: Random) -> Decimal:
    return Decimal(rng.randint(-(10**10), 10**10)).scaleb(-6)


def random_tags(rng: Random) -> dict[str, str]:
    keys = [rng.choice((rng.choice(HOSTILE), random_text(rng))) for _ in range(rng.randint(1, 4))]
    return {key: random_text(rng) for key in keys}


def random_text(rng: Random) -> str:
    return "".join(rng.choices(LETTERS, k=rng.randint(0, 6)))


def as_json(lines: Sequence[Line], **dumped: Any) -> list[Line]:
    dump = {"ensure_ascii": False} | dumped
    return [
        {**each, "Tags": None if each["Tags"] is None else json.dumps(each["Tags"], **dump)} for each in lines
    ]


def as_pairs(lines: Sequence[Line]) -> list[Line]:
    return [{**each, "Tags": None if each["Tags"] is None else pairs(each["Tags"])} for each in lines]


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": text} for key, text in tags.items()]


def as_items(lines: Sequence[Line]) -> list[Line]:
    return [{**each, "Tags": None if each["Tags"] is None else list(each["Tags"].items())} for each in lines]


def without_braces(lines: Sequence[Line]) -> list[Line]:
    return [{**each, "Tags": each["Tags"] and each["Tags"][1:-1]} for each in as_json(lines)]


def costing(lines: Sequence[Line], write: Callable[[Decimal], Any]) -> list[Line]:
    return [
        {**each, **{name: write(each[name]) for name in ("BilledCost", "EffectiveCost")}} for each in lines
    ]


def costs_of(kind: pa.DataType) -> dict[str, pa.DataType]:
    return {"BilledCost": kind, "EffectiveCost": kind}


def snake_case(lines: Sequence[Line]) -> list[Line]:
    return [
        {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): value for name, value in each.items()}
        for each in as_json(lines)
    ]


def zipped(path: Path, lines: Sequence[Line]) -> str:
    text = Path(write_csv(path.with_suffix(".plain"), as_json(lines, ensure_ascii=True))).read_bytes()
    path.write_bytes(gzip.compress(text, mtime=0))
    return str(path)


ENCODINGS: dict[str, Write] = {
    "JSON in CSV": lambda path, lines: write_csv(path, as_json(lines)),
    "escaped JSON in CSV": zipped,
    "JSON without braces in CSV": lambda path, lines: write_csv(path, without_braces(lines)),
    "a list as JSON in CSV": lambda path, lines: write_csv(path, as_json(as_pairs(lines))),
    "snake case in CSV": lambda path, lines: write_csv(path, snake_case(lines)),
    "decimal commas in CSV": lambda path, lines: write_csv(
        path, as_json(costing(lines, lambda cost: f"{cost:f}".replace(".", ",")))
    ),
    "map and double in Parquet": lambda path, lines: write_parquet(
        path, as_items(costing(lines, float)), {"Tags": MAP, **costs_of(pa.float64())}
    ),
    "list and decimal in Parquet": lambda path, lines: write_parquet(
        path, as_pairs(lines), {"Tags": PAIRS, **costs_of(pa.decimal128(38, 18))}
    ),
    "JSON and text in Parquet": lambda path, lines: write_parquet(
        path, as_json(costing(lines, str)), {"Tags": pa.large_string()}
    ),
}


def as_version(version: str, lines: Sequence[Line]) -> list[Line]:
    """Leave out and add the columns that tell versions of FOCUS apart."""
    later = {
        "1.0": {},
        "1.1": {"ServiceSubcategory": "x"},
        "1.2": {"InvoiceId": "i", "PricingCurrency": "EUR"},
    }
    newest = {
        "ServiceProviderName": "",
        "HostProviderName": "x",
        "AllocatedTags": None,
        "AllocatedResourceId": None,
    }
    made = []
    for each in lines:
        added = later.get(version, {**newest, "ServiceProviderName": each["ProviderName"]})
        kept = {key: value for key, value in each.items() if version != "1.4" or key != "ProviderName"}
        made.append({**kept, **added, **({"TagDetails": None} if version == "1.4" else {})})
    return made


def lines_of(write: Write, lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    with TemporaryDirectory() as folder:
        read = read_bill([write(Path(folder, "bill"), lines)])
    return read.connection.execute("SELECT * FROM lines ORDER BY ALL").fetchall()


@pytest.mark.parametrize("seed", range(2))
def test_every_encoding_gives_the_same_lines(seed: int) -> None:
    lines = random_bill(Random(seed))
    expected = lines_of(ENCODINGS["JSON in CSV"], lines)

    for name, write in ENCODINGS.items():
        assert lines_of(write, lines) == expected, name


def test_hostile_keys_are_there_as_they_were_written(tmp_path: Path) -> None:
    cost = {"BilledCost": Decimal("1.5"), "EffectiveCost": Decimal(1), "ProviderName": "Microsoft"}
    tags = dict.fromkeys(HOSTILE, "x")

    for write in ENCODINGS.values():
        bill = read_bill([write(tmp_path / "bill", [{**LINE, **cost, "Tags": tags}])])
        assert bill.connection.execute("SELECT tags FROM lines").fetchall() == [(tags,)]


POLICY = Policy(
    "p",
    "1",
    "0" * 64,
    tags=tuple(
        Tag(
            f"tag-{number}",
            key,
            requirements=(Requirement(),),
            keys=dict.fromkeys(("aws", "azure", "gcp"), key),
        )
        for number, key in enumerate(HOSTILE[::3])
        if key
    ),
)


LINES: list[Line] = [
    {**LINE, "BilledCost": cost, "EffectiveCost": cost, "Tags": dict.fromkeys(HOSTILE[: number + 1], "x")}
    for number, cost in ((number, Decimal(f"{number}.{number:06}")) for number in range(len(HOSTILE)))
]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is reported of a bill of FOCUS 1.0 with JSON in CSV."""
    file = write_csv(tmp_path_factory.mktemp("plain") / "bill", as_json(LINES))
    return render(billing_report(POLICY, [file], DAY))


@pytest.mark.parametrize(
    ("version", "encoding"),
    [
        ("1.0", "JSON and text in Parquet"),
        ("1.1", "JSON without braces in CSV"),
        ("1.2", "map and double in Parquet"),
        ("1.3", "list and decimal in Parquet"),
        ("1.4", "decimal commas in CSV"),
    ],
)
def test_every_version_gives_the_same_report(
    tmp_path: Path, expected: str, version: str, encoding: str
) -> None:
    file = ENCODINGS[encoding](tmp_path / "bill", as_version(version, LINES))

    assert render(billing_report(POLICY, [file], DAY)) == expected
