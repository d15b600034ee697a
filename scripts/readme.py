"""Write the outputs that README.md shows by running the commands it names; `--check` only compares."""

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(
    r"(?P<head><!-- output of `(?P<command>[^`]+)`(?:, lines (?P<first>\d+) to (?P<last>\d+))? -->\n"
    r"```(?P<language>\w*)\n)(?P<body>.*?)(?P<tail>```\n)",
    re.DOTALL,
)


def output_of(command: str) -> str:
    """Run a `tagward` command in this process, from the root of the repository; return what it prints."""
    from tagward_service.cli import main

    shown = io.StringIO()
    with _at(ROOT), contextlib.redirect_stdout(shown), contextlib.redirect_stderr(io.StringIO()):
        main(command.split()[1:])
    return shown.getvalue()


@contextlib.contextmanager
def _at(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def refreshed(text: str) -> str:
    """Return the text with every shown output made anew."""

    def replace(match: re.Match[str]) -> str:
        lines = output_of(match["command"]).splitlines(keepends=True)
        if match["first"]:
            lines = lines[int(match["first"]) - 1 : int(match["last"])]
        return match["head"] + "".join(lines) + match["tail"]

    return BLOCK.sub(replace, text)


def main() -> int:
    """Write or check README.md; return 1 when it is out of date."""
    text = README.read_text(encoding="utf-8")
    fresh = refreshed(text)
    if fresh == text:
        return 0
    if "--check" in sys.argv[1:]:
        print("README.md is out of date: run `make docs`", file=sys.stderr)
        return 1
    README.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
