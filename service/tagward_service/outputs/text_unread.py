"""What was not scanned, and what else there is to say of an inventory, in lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tagward.diagnostics import printable
from tagward_service.outputs.text_summary import no_command
from tagward_service.sources.interface import NotEvaluated

_MOST = 20
_LONG = 300


def unread_lines(entries: Sequence[NotEvaluated]) -> Iterator[str]:
    """List what was not scanned, and then, as notes, what makes nothing incomplete."""
    missing = [entry for entry in entries if entry.incomplete]
    yield from _listed(f"not scanned ({len(missing):,})", missing)
    yield from _listed("notes", [entry for entry in entries if not entry.incomplete])


def _listed(title: str, entries: Iterable[NotEvaluated]) -> Iterator[str]:
    """List entries, those with the same reason together."""
    alike: dict[str, list[str]] = {}
    for entry in entries:
        alike.setdefault(entry.why, []).append(entry.what)
    if alike:
        yield title
    for why, whats in list(alike.items())[:_MOST]:
        others = f" and {len(whats) - 2:,} more" if len(whats) > 2 else ""
        yield f"  {no_command(printable(', '.join(whats[:2])))}{others}: {_short(printable(why))}"
    if len(alike) > _MOST:
        yield f"  and {len(alike) - _MOST:,} more reasons; -f json lists them all"
    if alike:
        yield ""


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."
