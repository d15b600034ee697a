"""`make bench`: measure linting and start-up against floors and peers, and write docs/benchmarks.md."""

import argparse
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measure import Measurement, interleaved
from benchmarks.plan_generator import write_plan

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SIZES = (100, 1_000, 10_000, 50_000)
CHECKOV_LIMIT = 1_000
PEER = HERE.parent / ".tools" / "bench" / "bin"
PYTHON = sys.executable
TAGWARD = str(Path(PYTHON).with_name("tagward"))


class Row(msgspec.Struct, frozen=True):
    """The measurements on one plan."""

    resources: int
    megabytes: float
    measurements: dict[str, Measurement]


class Results(msgspec.Struct, frozen=True):
    """Everything that one run measured."""

    python: str
    lint: list[Row]
    start_up: dict[str, Measurement]


def lint_commands(plan: str, size: int) -> dict[str, Sequence[str]]:
    """Return what is measured on a plan."""
    peer = str(PEER / "python")
    commands: dict[str, Sequence[str]] = {
        "json.load": [PYTHON, "-c", f"import json; json.load(open({plan!r}))"],
        "typed floor": [PYTHON, str(HERE / "floor.py"), plan],
        "tagward lint": [TAGWARD, "lint", "--policy", "pack:ml-platform", plan],
    }
    if PEER.exists():
        loads = f"import orjson; orjson.loads(open({plan!r}, 'rb').read())"
        commands["orjson.loads"] = [peer, "-c", loads]
        if size <= CHECKOV_LIMIT:
            commands["checkov"] = checkov(plan)
    return commands


def checkov(plan: str) -> list[str]:
    """Return checkov's command line for the same five rules."""
    policies = HERE / "checkov_policies"
    names = ("TEAM", "PROJECT", "WORKLOAD_TYPE", "ENVIRONMENT", "EXPERIMENT_ID")
    checks = ",".join(f"CKV2_TAGWARD_ML_{name}" for name in names)
    options = ["--framework", "terraform_plan", "--external-checks-dir", str(policies), "--check", checks]
    return [str(PEER / "checkov"), "-f", plan, *options, "--compact", "--quiet", "--skip-download"]


def start_up_commands(plan: str) -> dict[str, Sequence[str]]:
    """Return what is measured of starting."""
    return {
        "python -c pass": [PYTHON, "-c", "pass"],
        "tagward --version": [TAGWARD, "--version"],
        "tagward lint, 1 resource": [TAGWARD, "lint", "--policy", "pack:ml-platform", plan],
    }


def measure(sizes: Sequence[int], runs: int, folder: Path) -> Results:
    """Generate the plans and measure everything on them."""
    rows = []
    for size in sizes:
        plan = folder / f"{size}.json"
        with plan.open("wb") as out:
            write_plan(out, size)
        print(f"{size} resources, {plan.stat().st_size / 1e6:.1f} MB", file=sys.stderr)
        measured = interleaved(lint_commands(str(plan), size), runs)
        rows.append(Row(size, plan.stat().st_size / 1e6, measured))
    single = folder / "1.json"
    with single.open("wb") as out:
        write_plan(out, 1)
    return Results(platform.python_version(), rows, interleaved(start_up_commands(str(single)), 20))


def table(results: Results) -> str:
    """Write the results as Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Whole processes, output to a pipe, medians of interleaved runs on one",
        f"machine (CPython {results.python}); absolute times differ between machines, ratios much less.",
        "",
        "## Linting a plan",
        "",
        "| resources | plan | command | wall s | cpu s | peak MiB | wall / typed floor |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in results.lint:
        floor = row.measurements["typed floor"].wall
        lines += [
            f"| {row.resources:,} | {row.megabytes:.1f} MB | {name} | {each.wall:.3f} | {each.cpu:.3f} "
            f"| {each.peak_mib:.0f} | {each.wall / floor:.2f} |"
            for name, each in row.measurements.items()
        ]
    lines += [
        "",
        "The typed floor decodes only the needed fields (msgspec) and makes the five checks by hand.",
        "",
    ]
    lines += ["## Starting", "", "| command | wall ms | ratio |", "|---|---|---|"]
    empty = results.start_up["python -c pass"].wall
    lines += [
        f"| `{name}` | {each.wall * 1000:.1f} | {each.wall / empty:.2f} |"
        for name, each in results.start_up.items()
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(options.sizes, options.runs, Path(folder))
    DOCS.joinpath("benchmarks.json").write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")
    DOCS.joinpath("benchmarks.md").write_text(table(results))
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
