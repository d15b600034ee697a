"""What a policy takes from elsewhere: everything that it extends, and the lists of values of all of that."""

from pathlib import Path

from msgspec import UnsetType

from tagward.diagnostics import Diagnostic, in_order
from tagward.errors import PolicyError
from tagward.loading.chain import Layer, read_chain
from tagward.loading.registries import RegistryError, read_registry
from tagward.loading.remotes import Remotes, is_remote


def ask_for_all(source: str | Path, remotes: Remotes) -> None:
    """Ask for everything that a policy takes from elsewhere. Raises PolicyError.

    All of it is read, so that a page that asks to log in is not taken for a list. What a policy means is
    not looked at, nor are the lists beside it.
    """
    problems = [problem for layer in read_chain(source, remotes) for problem in _lists(layer)]
    if problems:
        raise PolicyError(in_order(problems))


def _lists(layer: Layer) -> list[Diagnostic]:
    problems: list[Diagnostic] = []
    registries = layer.file.registries
    for name, entry in {} if isinstance(registries, UnsetType) else registries.items():
        if layer.nearby.source is None and not is_remote(entry.file):
            continue
        try:
            read_registry(name, entry, layer.nearby)
        except RegistryError as error:
            path = ("registries", name, error.field)
            problems.append(layer.document.diagnostic(path, str(error), hint=error.hint))
    return problems
