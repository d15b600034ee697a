"""Rules of showback, and usage, on the command line: for showback itself and for the gate on cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tagward_service.cli import options
from tagward_service.cli.settings import Settings

if TYPE_CHECKING:
    from tagward_service.showback.rules import Showback

RULES = options.Option(
    name="rules", metavar="FILE", help="how shared costs are split, budgets, disputes (YAML, kind: Showback)"
)
METRICS = options.Option(
    name="metrics",
    metavar="FILE",
    many=True,
    help="usage to split pools by: CSV or Parquet (period, metric, target, quantity), JSON of OpenCost",
)


def rules_of(settings: Settings) -> Showback:
    """Read the rules, or return none; raises UsageError."""
    from tagward_service.showback.rule_file import read_rules
    from tagward_service.showback.rules import Showback

    file = settings.text("rules")
    return read_rules(Path(file)) if file else Showback("tagward/v1", "Showback")


def metrics_of(settings: Settings) -> list[Path]:
    """List the files with usage."""
    return [Path(file) for file in settings.texts("metrics")]
