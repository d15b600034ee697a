"""What a policy takes from elsewhere: everything that it extends, and the lists of values of all of that."""

from pathlib import Path

from msgspec import UnsetType

from tagward.diagnostics import Diagnostic, in_order
from tagward.errors import PolicyError
from tagward.loading.chain import Layer, read_chain
from tagward.loading.remotes import Remote, RemoteError, Remotes


def ask_for_all(source: str | Path, remotes: Remotes) -> None:
    """Ask for everything that a policy takes from elsewhere. Raises PolicyError.

    What it takes from files beside it is left alone, and so is what it means.
    """
    problems = [problem for layer in read_chain(source, remotes) for problem in _lists(layer)]
    if problems:
        raise PolicyError(in_order(problems))


def _lists(layer: Layer) -> list[Diagnostic]:
    problems: list[Diagnostic] = []
    registries = layer.file.registries
    for name, entry in {} if isinstance(registries, UnsetType) else registries.items():
        try:
            place = layer.nearby.find(entry.file)
            if isinstance(place, Remote):
                layer.nearby.remotes.content(place)
        except RemoteError as error:
            path = ("registries", name, "file")
            problems.append(layer.document.diagnostic(path, str(error), hint=error.hint))
    return problems
