"""What a conformance run compares with what, and the table at its end.

A test module says `TALLY = tally("rego", opa_engine)`, marks itself with `pytestmark = TALLY.marks`, counts
each comparison with `TALLY.case("L1", "L3")` (the laws that it could have broken) and each breach with
`TALLY.breach("L1")`. A target is compared with the engines that COMPARED has for it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from tests.generators import tag_policy_engine
from tests.oracles import (
    apiserver_engine,
    azure_engine,
    cel_engine,
    conftest_engine,
    gatekeeper_engines,
    iam_engine,
    kyverno_engine,
    kyverno_webhook,
    opa_engine,
    parliament_linter,
    spark_engine,
)


class Engine(Protocol):
    """A module of tests/oracles."""

    def absent(self) -> str:
        """Say why the engine cannot run; "" when it can."""

    def version(self) -> str:
        """Name the engine and its version."""


COMPARED: Mapping[str, tuple[Engine, ...]] = {
    "aws-scp": (iam_engine, parliament_linter),
    "aws-tag-policy": (tag_policy_engine,),  # nobody offers an engine for tag policies
    "azure-policy": (azure_engine,),
    "gatekeeper": (gatekeeper_engines.CEL, gatekeeper_engines.REGO, opa_engine),
    "gcp-org-policy": (cel_engine,),
    "kubernetes-vap": (cel_engine, apiserver_engine),
    "kyverno": (kyverno_webhook, kyverno_engine, cel_engine),
    "rego": (opa_engine, conftest_engine),
    "sql": (spark_engine,),
}


@dataclass
class Tally:
    """What was counted of one target against one engine."""

    target: str
    engine: Engine
    cases: int = 0
    laws: Counter[str] = field(default_factory=Counter)
    breaches: Counter[str] = field(default_factory=Counter)

    @property
    def marks(self) -> list[pytest.MarkDecorator]:
        """Mark a test module: run when asked for, skip with the reason where the engine is absent."""
        why = self.engine.absent()
        return [pytest.mark.conformance, pytest.mark.skipif(bool(why), reason=why)]

    def case(self, *laws: str, times: int = 1) -> None:
        """Count a comparison, under each law that it could have broken."""
        self.cases += times
        self.laws.update(dict.fromkeys(laws, times))

    def breach(self, law: str) -> None:
        """Count a breach of a law."""
        self.breaches[law] += 1

    def incomplete(self) -> str:
        """Say why this says nothing; "" when something was compared."""
        return self.engine.absent() or ("" if self.cases else "nothing was compared")

    def row(self) -> tuple[str, ...]:
        """Say it in the cells of the table."""
        if self.incomplete():
            return self.target, self.name(), "", "", f"incomplete: {self.incomplete()}"
        laws = ", ".join(f"{law} {count:,}" for law, count in sorted(self.laws.items()))
        broken = ", ".join(f"{law} {count:,}" for law, count in sorted(self.breaches.items()))
        return self.target, self.name(), f"{self.cases:,}", broken or "none", laws

    def name(self) -> str:
        """Name the engine, with its version where it is there."""
        if self.engine.absent():
            return str(getattr(self.engine, "__name__", "?")).rpartition(".")[2].partition("_")[0]
        return self.engine.version()


TALLIES: dict[tuple[str, int], Tally] = {}
HEADINGS = ("target", "engine", "cases", "breaches", "laws, and how many cases could have broken each")


def tally(target: str, engine: Engine) -> Tally:
    """Return what is counted of a target against an engine, one count for all modules that ask."""
    place = COMPARED[target].index(engine)
    return TALLIES.setdefault((target, place), Tally(target, engine))


def every_tally() -> list[Tally]:
    """Return a count for each pair of COMPARED, empty ones for what no test asked about."""
    return [tally(target, engine) for target, engines in COMPARED.items() for engine in engines]


def table(tallies: list[Tally]) -> Iterator[str]:
    """Lay counts out in lines, columns under their headings."""
    rows = [HEADINGS, *(each.row() for each in tallies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
