"""`tagward serve` as a process, on ports that are free."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Self

PATIENCE = 60.0


class Service:
    """A dashboard at `url`. Use it as a context, or it outlives the tests."""

    def __init__(self, policy: Path, store: Path, *more: str) -> None:
        command = [sys.executable, "-m", "tagward_service.cli", "serve", "--policy", str(policy)]
        command += ["--store", str(store), "--admission-port", "0", "--api-listen", "127.0.0.1:0"]
        command += ["--api-workers", "1", "--api-rate", "0", "--log", "none", *more]
        self._log = tempfile.NamedTemporaryFile("w+")  # noqa: SIM115  (closed at the exit)
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        self.folder = store.parent
        self.url = ""

    def __enter__(self) -> Self:
        end = time.monotonic() + PATIENCE
        while not self.url:
            assert self._process.poll() is None, self._logged()
            assert time.monotonic() < end, self._logged()
            time.sleep(0.1)
            self.url = self._listening()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._log.close()

    def _listening(self) -> str:
        for line in self._logged().splitlines():
            told = json.loads(line) if line.startswith("{") and line.endswith("}") else {}
            if told.get("event") == "listening" and told["what"] == "api":
                return f"http://127.0.0.1:{told['port']}"
        return ""

    def _logged(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8")

    def wait_for_charts(self) -> None:
        """Wait until the charts of the first page are drawn."""
        end = time.monotonic() + PATIENCE
        while "being drawn" in self.read("/"):
            assert time.monotonic() < end, "no chart was drawn"
            time.sleep(0.2)

    def read(self, path: str) -> str:
        """Return a page as it is sent."""
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            found: bytes = answer.read()
        return found.decode()
