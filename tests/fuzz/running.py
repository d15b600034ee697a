"""A running service: both listeners of `tagward serve` in a process of its own, and its log."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

START_SECONDS = 60


class Running:
    """`tagward serve` on free ports of the loopback interface, for as long as the context lasts."""

    def __init__(self, policy: Path, *arguments: str) -> None:
        self._command = [sys.executable, "-m", "tagward_service.cli", "serve", "--policy", str(policy)]
        self._command += ["--admission-port", "0", "--api-listen", "127.0.0.1:0", *arguments]
        self.lines: list[dict[str, Any]] = []
        self.said: list[str] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        until = time.monotonic() + START_SECONDS
        while len(self._ports()) < 2 and time.monotonic() < until and self._process.poll() is None:
            time.sleep(0.02)
        assert len(self._ports()) == 2, self.said
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        code = self._process.wait(START_SECONDS)
        self._reader.join(START_SECONDS)
        assert self._process.stderr is not None
        self._process.stderr.close()
        assert code == 0, self.said

    def port(self, listener: str) -> int:
        """Return the port of `admission` or `api`."""
        return self._ports()[listener]

    def bugs(self) -> list[dict[str, Any]]:
        """List what the service itself takes for a bug, and workers that came to an end without need."""
        lines = [line for line in self.lines if line.get("why") != "abandoned"]
        return [line for line in lines if line["event"] in ("bug", "worker replaced")]

    def _ports(self) -> dict[str, int]:
        return {line["what"]: line["port"] for line in self.lines if line["event"] == "listening"}

    def _read(self) -> None:
        """Read the log; every line but the warning of plain HTTP has to be one of it."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.startswith("{"):
                self.lines.append(json.loads(line))
            else:
                self.said.append(line)
