"""The files that fuzzing begins with: small ones written for it, and real ones that the repository has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath
from typing import Any

import yaml
from msgspec import Struct

from tests.fuzz.data_mutations import Path, paths_of, values_of

HERE = FilePath(__file__).parent / "seeds"
TESTS = HERE.parent.parent
DEMO = TESTS.parent / "docs" / "demo"
REAL = TESTS / "service" / "sources" / "data"

LARGEST_REAL = 12_000
"""Bytes of a real file that is worth mutating: what every input costs grows with it."""
_SUFFIXES = (".json", ".yaml", ".yml", ".tfstate")


class Seed(Struct, frozen=True):
    """One valid file: its bytes, its data (None when it is not a data file) and the places in that data."""

    name: str
    content: bytes
    data: Any
    paths: Sequence[Path]

    @property
    def is_json(self) -> bool:
        """Say whether it is written as JSON."""
        return self.content.lstrip()[:1] in (b"{", b"[")


def seeds_in(folder: FilePath, *, largest: int | None = None) -> list[Seed]:
    """Read the seeds below a folder, those of at most so many bytes."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in _SUFFIXES and path.is_file()]
    return [_seed(path) for path in files if largest is None or path.stat().st_size <= largest]


def values_in(seeds: Iterable[Seed]) -> list[Any]:
    """Give every value of the seeds, for putting one into another."""
    return [value for seed in seeds for value in values_of(seed.data)]


def _seed(path: FilePath) -> Seed:
    content = path.read_bytes()
    data = _data(content)
    return Seed(path.name, content, data, tuple(paths_of(data)))


class _Loader(yaml.CSafeLoader):
    """A loader to which `on` is a text, as it is in YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if first in "tTfF" or not tag.endswith(":bool")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _data(content: bytes) -> Any:
    """Parse a file; a YAML stream of several documents is the list of them."""
    try:
        return json.loads(content)
    except ValueError:
        pass
    try:
        documents = [each for each in yaml.load_all(content, _Loader) if each is not None]
    except (yaml.YAMLError, ValueError):
        return None
    return documents[0] if len(documents) == 1 else documents
