"""Text in aligned columns."""

from collections.abc import Sequence

from tagward.diagnostics import printable


def aligned(rows: Sequence[Sequence[str]], *, indent: str = "  ", gap: str = "  ") -> str:
    """Lay rows out in columns, the last one as long as it likes; every cell is made harmless."""
    cells = [[printable(cell) for cell in row] for row in rows]
    columns = max((len(row) for row in cells), default=0)
    widths = [
        max((len(row[column]) for row in cells if column < len(row) - 1), default=0)
        for column in range(columns)
    ]
    return "".join(indent + _line(row, widths, gap) + "\n" for row in cells)


def _line(row: Sequence[str], widths: Sequence[int], gap: str) -> str:
    return gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
