"""What the names in a policy file mean: files beside it, or files that are kept elsewhere."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from tagward.loading.remotes import Remote, Remotes, beside, is_remote, remote


class Nearby(Struct, frozen=True):
    """Where a policy file is: in a folder, or elsewhere itself; `remotes` gives what is elsewhere."""

    folder: Path
    remotes: Remotes
    source: Remote | None = None

    def find(self, name: str) -> Path | Remote:
        """Return what a name means. Raises RemoteError; nobody has looked whether a file is there."""
        if self.source is not None:
            return beside(self.source, name)
        return remote(name) if is_remote(name) else self.folder / name

    def at(self, place: Path | Remote) -> Nearby:
        """Return the same for another policy file."""
        if isinstance(place, Path):
            return Nearby(place.parent, self.remotes)
        return Nearby(self.folder, self.remotes, place)
