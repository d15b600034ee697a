"""The catalogue builder's command: write the data files, or check that they are current."""

import argparse
import difflib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.catalog import (
    actions,
    cloudformation,
    gcp_constraints,
    spellings,
    tag_policies,
    terraform,
    terraform_schemas,
)
from scripts.catalog.sources import PinError, require_pins

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "policies" / "tagward" / "catalog"
FILES: dict[str, Callable[[], str]] = {
    "terraform.json": terraform.build,
    "cloudformation.json": cloudformation.build,
    "types.json": spellings.build,
    "aws_actions.json": actions.build,
    "tag_policies.json": tag_policies.build,
    "gcp_constraints.json": gcp_constraints.build,
}
ELSEWHERE: dict[Path, Callable[[], str]] = {
    ROOT / "tests" / "terraform" / "schemas.json": terraform_schemas.build,
}
SHOWN = 20


def run(arguments: Sequence[str]) -> int:
    """Write the data files, or with `--check` compare them; return 0, 1 (not current) or 2 (not pinned)."""
    parser = argparse.ArgumentParser(prog="build.py", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a file is not current"
    )
    options = parser.parse_args(arguments)
    try:
        require_pins()
    except PinError as problem:
        print(problem, file=sys.stderr)
        return 2
    act = _check if options.check else _write
    every = {CATALOG / name: build for name, build in FILES.items()} | ELSEWHERE
    return max([act(path, build()) for path, build in every.items()])


def _write(path: Path, text: str) -> int:
    path.write_text(text)
    print(f"{path.name}: {len(text.encode()):,} bytes")
    return 0


def _check(path: Path, text: str) -> int:
    committed = path.read_text() if path.exists() else ""
    if committed == text:
        print(f"{path.name}: current")
        return 0
    changes = [
        line
        for line in difflib.unified_diff(committed.splitlines(), text.splitlines(), n=0, lineterm="")
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))
    ]
    print(
        f"{path.name}: not what the pinned sources give, {len(changes)} lines differ; run it without --check"
    )
    for line in changes[:SHOWN]:
        print(f"  {line[:160]}")
    return 1
