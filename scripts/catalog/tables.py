"""Hand-written tables: one row a line, columns between blanks, `#` starts a comment line."""

from pathlib import Path

DIRECTORY = Path(__file__).parent / "tables"


def rows(name: str, columns: int) -> list[list[str]]:
    """Read a table; the last of `columns` keeps its blanks. Raises ValueError on a short row."""
    found = []
    for number, line in enumerate((DIRECTORY / f"{name}.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = line.split(maxsplit=columns - 1)
        if len(row) != columns:
            raise ValueError(f"{name}.txt:{number}: expected {columns} columns, found {len(row)}")
        found.append([cell.strip() for cell in row])
    return found


def pairs(name: str) -> dict[str, str]:
    """Read a table of two columns as a mapping. Raises ValueError when a key comes twice."""
    table = rows(name, 2)
    mapping = dict(table)
    if len(mapping) != len(table):
        raise ValueError(f"{name}.txt: a key comes twice")
    return mapping
