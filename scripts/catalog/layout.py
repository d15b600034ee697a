"""How a catalogue file is written: one entry a line, so that a change reads well in a diff."""

import json
from collections.abc import Mapping, Sequence

from scripts.catalog.sources import Source


def render(sources: Sequence[Source], note: str, sections: Mapping[str, Mapping[str, object]]) -> str:
    """Return the text of a catalogue file: header, then each section with sorted keys."""
    parts = [
        _block("source", "[]", [_compact(source._asdict()) for source in sources]),
        f'"date":{_compact(max(source.date for source in sources))}',
        f'"note":{_compact(note)}',
    ]
    for name, entries in sections.items():
        parts.append(
            _block(name, "{}", [f"{_compact(key)}:{_compact(entries[key])}" for key in sorted(entries)])
        )
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _block(name: str, brackets: str, lines: Sequence[str]) -> str:
    return f"{_compact(name)}:{brackets[0]}\n" + ",\n".join(lines) + f"\n{brackets[1]}"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
