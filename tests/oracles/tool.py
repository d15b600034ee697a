"""An engine that is a command, built by tests/oracles/install.sh under .tools/bin from a pinned module."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"


@dataclass(frozen=True)
class Tool:
    """A command, and the module whose version tells its own."""

    name: str
    module: str

    @property
    def path(self) -> Path:
        return TOOLS / "bin" / self.name

    def absent(self) -> str:
        """Say why the command cannot run; "" when it can."""
        return why_absent(self.name, there=self.path.is_file())

    def version(self) -> str:
        """Name the engine and the version that its go.mod pins."""
        pinned = (ROOT / "tests" / "oracles" / self.name / "go.mod").read_text()
        found = re.search(rf"^\s*(?:require )?{re.escape(self.module)} v(\S+)", pinned, re.MULTILINE)
        assert found is not None, f"{self.module} is not in the go.mod of {self.name}"
        return f"{self.name} {found[1]}"

    def run(self, *arguments: str | Path, given: str | None = None, cwd: Path | None = None) -> "Ran":
        """Run the command to its end, `given` on its standard input."""
        done = subprocess.run(
            [self.path, *arguments], input=given, cwd=cwd, capture_output=True, text=True, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    said: str


class ToolError(RuntimeError):
    """A command that failed where it should not; the text is what it said."""


def why_absent(name: str, *, there: bool) -> str:
    """Say why an engine cannot run: what its installation said, or that there was none; "" when it can."""
    noted = TOOLS / "absent" / name
    if noted.is_file():
        return f"{name}: {noted.read_text().strip()}"
    return "" if there else f"{name} is not installed: run `make conformance`"


def write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files by their path in a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return [folder / name for name in files]
