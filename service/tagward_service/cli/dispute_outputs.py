"""Disputes as text, JSON and CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import assert_never

from tagward.diagnostics import printable
from tagward_service.cli.dispute_options import FORMATS, Format
from tagward_service.cli.outputs import chosen_of, write_text
from tagward_service.cli.settings import Settings
from tagward_service.cli.tables import aligned
from tagward_service.exports.csv_rows import Cell, lines
from tagward_service.outputs.json_text import json_text
from tagward_service.showback.json_disputes import every, one
from tagward_service.store.dispute_interface import About, DisputeChange, KeptDispute

_SHOWN = 3
_FIELDS = ("resources", "services", "accounts", "projects", "periods")
_COLUMNS = (
    *("id", "team", "state", "to", "reason", "opened_by", "opened_at"),
    *("decided_by", "decided_at", "decision", *_FIELDS),
)


def write_all(disputes: Sequence[KeptDispute], settings: Settings) -> None:
    """Write a list of disputes in every format that was asked for."""
    for name, file in _outputs(settings):
        match name:
            case "text":
                write_text(_list(disputes), file)
            case "json":
                write_text(json_text(every(disputes)), file)
            case "csv":
                write_text("".join(lines(_rows(disputes))), file)
            case _:
                assert_never(name)
    sys.stdout.flush()


def write_one(dispute: KeptDispute, settings: Settings) -> None:
    """Write one dispute with its history."""
    for name, file in _outputs(settings):
        match name:
            case "text":
                write_text(_details(dispute), file)
            case "json":
                write_text(json_text(one(dispute)), file)
            case "csv":
                write_text("".join(lines(_rows([dispute]))), file)
            case _:
                assert_never(name)
    sys.stdout.flush()


def check_formats(settings: Settings) -> None:
    """Raise UsageError for formats that cannot be written, before anything is."""
    _outputs(settings)


def _outputs(settings: Settings) -> list[tuple[Format, str | None]]:
    return chosen_of(FORMATS, settings.texts("format"))


def _list(disputes: Sequence[KeptDispute]) -> str:
    if not disputes:
        return "no dispute is like that\n"
    head = ("id", "team", "state", "opened", "about", "reason")
    return aligned([head, *map(_line, disputes)], indent="")


def _line(each: KeptDispute) -> tuple[str, ...]:
    day = f"{each.opened.at:%Y-%m-%d}"
    return each.id, each.team, _state(each), day, _about(each.about), each.opened.reason


def _details(dispute: KeptDispute) -> str:
    about = ((name, getattr(dispute.about, name)) for name in _FIELDS)
    rows = [(name, ", ".join(values)) for name, values in about if values]
    rows += [(each.state.value, _change(each)) for each in dispute.history]
    return f"{dispute.id}  {printable(dispute.team)}  {printable(_state(dispute))}\n{aligned(rows)}"


def _change(each: DisputeChange) -> str:
    to = f", to {each.to}" if each.to else ""
    return f"{each.at:%Y-%m-%d %H:%M} UTC, {each.by}{to}: {each.reason}"


def _state(dispute: KeptDispute) -> str:
    return f"{dispute.state.value}{f' to {dispute.to}' if dispute.to else ''}"


def _about(about: About) -> str:
    """Say in a few words what a dispute is about."""
    named = [(name, getattr(about, name)) for name in _FIELDS]
    return "; ".join(f"{name} {_few(values)}" for name, values in named if values)


def _few(values: Sequence[str]) -> str:
    more = f" and {len(values) - _SHOWN:,} more" if len(values) > _SHOWN else ""
    return ", ".join(values[:_SHOWN]) + more


def _rows(disputes: Sequence[KeptDispute]) -> Iterator[tuple[Cell, ...]]:
    yield _COLUMNS
    for each in disputes:
        opened, decided = each.opened, each.decided
        yield (
            *(each.id, each.team, each.state.value, each.to, opened.reason, opened.by, opened.at.isoformat()),
            *((decided.by, decided.at.isoformat(), decided.reason) if decided else ("", "", "")),
            *("\n".join(getattr(each.about, name)) for name in _FIELDS),
        )
