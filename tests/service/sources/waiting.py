"""A clock that waiting moves: what takes minutes in a cloud takes no time in a test."""

from threading import Event, Lock

from tagward_service.sources.patience import Patience


class Clock(Event):
    """An event whose time passes only while somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.waits: list[float] = []
        self._moving = Lock()

    def wait(self, timeout: float | None = None) -> bool:
        with self._moving:
            self.waits.append(timeout or 0.0)
            self.now += timeout or 0.0
        return self.is_set()

    def patience(self, times: int = 8) -> Patience:
        return Patience(times=times, clock=lambda: self.now)
