"""Measure coverage by cost beside hand-written SQL for the same question, in the same run.

    python benchmarks/billing.py --lines 1000000 4000000 [--write docs/benchmarks-billing.md]

Each case is a process of its own. The bill is generated: hourly lines of resources with up to seven tags,
as a Parquet file with map tags, the way AWS exports FOCUS.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measure import Measurement, interleaved, run_once

LINES_OF_A_RESOURCE = 50

GENERATE = """
COPY (
  WITH numbered AS (SELECT range AS n, range // {each} AS r FROM range({lines})),
  drawn AS (SELECT *, hash(r) AS h, hash(r * 31 + 7) AS g FROM numbered)
  SELECT
    TIMESTAMP '2026-05-01' AS BillingPeriodStart, TIMESTAMP '2026-06-01' AS BillingPeriodEnd,
    TIMESTAMP '2026-05-01' + to_hours((n % 720)::INTEGER) AS ChargePeriodStart,
    'AWS' AS ProviderName, '000000000001' AS BillingAccountId,
    lpad((h % 200)::VARCHAR, 12, '0') AS SubAccountId, 'account-' || (h % 200) AS SubAccountName,
    'Service ' || (h % 40) AS ServiceName, 'Compute' AS ServiceCategory,
    ['eu-west-1', 'us-east-1', 'eu-central-1'][(h % 3)::INTEGER + 1] AS RegionId,
    CASE WHEN h % 20 > 0 THEN 'arn:aws:ec2:eu-west-1:000000000001:instance/i-' || r END AS ResourceId,
    NULL::VARCHAR AS ResourceName,
    CASE WHEN n % 500 = 0 THEN 'Tax' WHEN n % 501 = 0 THEN 'Credit' ELSE 'Usage' END AS ChargeCategory,
    NULL::VARCHAR AS ChargeClass, NULL::VARCHAR AS CommitmentDiscountId,
    NULL::VARCHAR AS CommitmentDiscountStatus, 'USD' AS BillingCurrency,
    ((hash(n) % 1000000) / 10000.0)::DOUBLE AS BilledCost,
    ((hash(n) % 1000000) / 10000.0)::DOUBLE AS EffectiveCost,
    CASE WHEN g % 5 > 0 THEN map_from_entries(list_filter([
      {{'k': 'ml-team', 'v': 'team-' || (g % 60)}}, {{'k': 'ml-project', 'v': 'project-' || (g % 300)}},
      {{'k': CASE WHEN g % 11 = 0 THEN 'ML-Workload-Type' ELSE 'ml-workload-type' END,
        'v': ['training', 'inference', 'notebook', 'batch'][(g % 4)::INTEGER + 1]}},
      {{'k': 'ml-environment', 'v': ['dev', 'staging', 'prod', 'production'][(g % 4)::INTEGER + 1]}},
      {{'k': 'ml-experiment-id', 'v': 'exp-' || (g % 9000)}}, {{'k': 'Name', 'v': 'host-' || r}},
      {{'k': 'created-by', 'v': 'user-' || (g % 90)}}], lambda each: hash(each.k, r) % 10 > 0)) END AS Tags
  FROM drawn
) TO '{file}' (FORMAT parquet, COMPRESSION snappy)
"""

BY_HAND = """
WITH tagged AS (
  SELECT *, Tags['ml-team'] AS team, Tags['ml-project'] AS project, Tags['ml-workload-type'] AS kind,
    Tags['ml-environment'] AS stage, Tags['ml-experiment-id'] AS experiment,
    EffectiveCost::DECIMAL(38, 10) AS effective, BilledCost::DECIMAL(38, 10) AS billed
  FROM read_parquet('{file}')
), said AS (
  SELECT *, lower(trim(team)) NOT IN ('', {words}) AS team_said,
    lower(trim(project)) NOT IN ('', {words}) AS project_said,
    lower(trim(experiment)) NOT IN ('', {words}) AS experiment_said
  FROM tagged
), judged AS (
  SELECT *,
    coalesce(team_said AND regexp_full_match(team, '[a-z][a-z0-9-]{{1,40}}'), false) AS team_ok,
    coalesce(project_said AND regexp_full_match(project, '[a-z][a-z0-9-]{{1,40}}'), false) AS project_ok,
    coalesce(kind IN ('training', 'inference', 'data-processing', 'notebook'), false) AS kind_ok,
    coalesce(stage IN ('dev', 'staging', 'prod'), false) AS stage_ok,
    coalesce(experiment_said
      AND regexp_full_match(experiment, '[A-Za-z0-9]([A-Za-z0-9_-]{{0,61}}[A-Za-z0-9])?'), false) AS run_ok
  FROM said
), classed AS (
  SELECT *, team_ok AND project_ok AND kind_ok AND stage_ok
      AND (run_ok OR (experiment IS NULL AND kind IS DISTINCT FROM 'training')) AS good,
    CASE WHEN ChargeCategory = 'Tax' THEN 'tax' WHEN ChargeCategory = 'Credit' THEN 'credits'
      WHEN ResourceId IS NULL THEN 'untaggable' ELSE 'chargeable' END AS class
  FROM judged
)
SELECT class, ProviderName, SubAccountId, ServiceName, strftime(BillingPeriodStart, '%Y-%m') AS period,
  count(*), sum(effective), sum(billed), sum(effective) FILTER (good), sum(billed) FILTER (good),
  sum(effective) FILTER (team_ok), sum(effective) FILTER (project_ok), sum(effective) FILTER (kind_ok),
  sum(effective) FILTER (stage_ok), sum(effective) FILTER (run_ok),
  count(DISTINCT ResourceId), count(DISTINCT ResourceId) FILTER (good)
FROM classed GROUP BY ALL
"""

WORDS = "'tbd', 'n/a', 'unknown', 'changeme', 'none', 'default'"


FLOOR = "hand-written SQL"
FAR = 100_000_000


class Results(msgspec.Struct, frozen=True):
    """What one run measured."""

    lines: int
    megabytes: float
    measurements: dict[str, Measurement]
    attributable_by_hand: str
    attributable_by_tagward: str


def by_hand(file: str) -> str:
    """Ask DuckDB by hand; return the attributable part of what is chargeable."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "700MB"})
    connection.execute("SET preserve_insertion_order = false")
    rows = connection.execute(BY_HAND.format(file=file, words=WORDS)).fetchall()
    found = [sum(row[8] or 0 for row in rows if row[0] == "chargeable")]
    found.append(sum(row[6] for row in rows if row[0] == "chargeable"))
    return " of ".join(f"{each:.2f}" for each in found)


def by_tagward(file: str, state: str = "", *, sums_only: bool = False) -> str:
    """Ask tagward for the same sums, or for the whole report."""
    from tagward.loader import load
    from tagward_generators.sql.coverage import resources, sums
    from tagward_service.billing.amounts import totals
    from tagward_service.billing.bill import read_bill
    from tagward_service.billing.judged import judge_bill
    from tagward_service.billing.report import billing_report
    from tests.generators.random_policies import DAY

    policy, place = load("pack:ml-platform", as_of=DAY), Path(state) if state else None
    if not sums_only:
        amounts = billing_report(policy, [file], DAY, state=place).totals.effective
    else:
        judged = judge_bill(read_bill([file], place), policy, DAY)
        judged.rows(resources(judged.table).aggregate(count=resources(judged.table).count()))
        amounts = totals(judged.rows(sums(judged.table, judged.found))).effective
    return f"{amounts.attributable:.2f} of {amounts.chargeable:.2f}"


def commands(file: str, state: str) -> dict[str, Sequence[str]]:
    """Return what is measured."""
    this = [sys.executable, __file__]
    return {
        FLOOR: [*this, "--case", "hand", file],
        "tagward, same sums": [*this, "--case", "sums", file],
        "tagward, whole report": [*this, "--case", "report", file],
        "tagward, same sums, staged": [*this, "--case", "sums", file, state],
        "tagward, whole report, staged": [*this, "--case", "report", file, state],
    }


def measure(lines: int, runs: int, folder: Path) -> Results:
    """Generate a bill and measure everything on it; what is staged was staged by the run that warms up."""
    file = folder / "bill.parquet"
    run_once([sys.executable, __file__, "--case", "generate", str(file), "--lines", str(lines)])
    measurements = interleaved(commands(str(file), str(folder / "state")), runs)
    megabytes = file.stat().st_size / 1e6
    return Results(lines, megabytes, measurements, by_hand(str(file)), by_tagward(str(file), sums_only=True))


def generate(lines: int, file: str) -> None:
    """Write a bill, in a process of its own: what measures must stay small, as its children begin as big."""
    import duckdb

    duckdb.connect().execute(GENERATE.format(lines=lines, each=LINES_OF_A_RESOURCE, file=file))


HEAD = """\
# Coverage by cost beside hand-written SQL

Written by `make bench-billing`, on {machine}, while {load:.1f} processes wanted
to run on average before it began. The bill is generated: hourly lines of resources, {each} of each, with up
to seven tags, in one Parquet file with maps of tags and costs as doubles, as AWS exports FOCUS. Hand-written
SQL for DuckDB asks for the same sums by class of cost, account and service, with the same patterns,
placeholders and conditions of the default policy. Every case is a process of its own, from its start to its
end: medians of {runs} runs in turn. "Staged" is asked again with `--billing-state`, so that no file is read
twice. The whole report adds breakdowns, gaps resource by resource, the fewest fixes, what is recoverable and
a forecast. tagward adds lines up before it looks at their tags, which pays the more, the more lines a
resource has.
"""


def section(results: Results) -> str:
    """Write a table of one size, with hand-written SQL as the floor."""
    floor = results.measurements[FLOOR]
    rows = [
        f"\n## {results.lines:,} lines, {results.megabytes:,.0f} MB\n",
        f"Attributable by hand: {results.attributable_by_hand};",
        f"by tagward: {results.attributable_by_tagward}.\n",
        "| case | wall s | processor s | peak MB | wall, of the floor | processor, of the floor |",
        "|---|---|---|---|---|---|",
    ]
    for name, each in results.measurements.items():
        ratios = f"{each.wall / floor.wall:.2f} | {each.cpu / floor.cpu:.2f}"
        peak = each.peak_mib * 1.048576
        rows.append(f"| {name} | {each.wall:.2f} | {each.cpu:.2f} | {peak:,.0f} | {ratios} |")
    return "\n".join(rows) + "\n"


def growth(every: Sequence[Results]) -> str:
    """Write what a million lines more cost, from each size to the next."""
    rows = [
        "\n## A million lines more\n",
        f"| processor s, from size to size | {' | '.join(every[0].measurements)} |",
    ]
    rows.append("|---" * (len(every[0].measurements) + 1) + "|")
    for small, large in pairwise(every):
        millions = (large.lines - small.lines) / 1e6
        costs = (
            f"{(each.cpu - small.measurements[name].cpu) / millions:.2f}"
            for name, each in large.measurements.items()
        )
        rows.append(f"| {small.lines:,} to {large.lines:,} | {' | '.join(costs)} |")
    return "\n".join(rows) + "\n" + on_paper(*every[-2:]) if len(every) > 1 else ""


def on_paper(small: Results, large: Results) -> str:
    """Write what 100 million lines take, if they go on as from the last size but one to the last."""
    more = (FAR - large.lines) / (large.lines - small.lines)
    costs = (
        f"{name} {each.cpu + more * (each.cpu - small.measurements[name].cpu):.0f} s"
        for name, each in large.measurements.items()
    )
    return f"\nOn paper, {FAR:,} lines take of a processor: {', '.join(costs)}.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 4_000_000, 20_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--case", choices=("generate", "hand", "sums", "report"))
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    if given.case == "generate":
        generate(*given.lines, *given.files)
        return
    if given.case:
        ask = by_hand(*given.files) if given.case == "hand" else ""
        print(ask or by_tagward(*given.files, sums_only=given.case == "sums"))
        return
    load, found = os.getloadavg()[0], []
    for lines in given.lines:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(lines, given.runs, Path(folder)))
        print(section(found[-1]), flush=True)
    if given.write:
        machine = f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
        head = HEAD.format(machine=machine, each=LINES_OF_A_RESOURCE, runs=given.runs, load=load)
        given.write.write_text(head + "".join(map(section, found)) + growth(found))


if __name__ == "__main__":
    main()
