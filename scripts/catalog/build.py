"""Rebuild the catalogue (or `--check` it) in a virtual environment with requirements/catalog.txt."""

import sys
from pathlib import Path


def main() -> int:
    """Run the build with the repository's root on the import path."""
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    from scripts.catalog.command import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
