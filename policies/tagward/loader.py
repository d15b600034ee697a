"""Loading a policy: read the chain of files, merge it, check what it means, build the model."""

from datetime import date
from pathlib import Path

from tagward.diagnostics import Diagnostic, in_order
from tagward.errors import PolicyError
from tagward.loading.chain import locked, read_chain
from tagward.loading.merging import Merger
from tagward.loading.prepared import UnreadDocument
from tagward.policy import Policy


def load(source: str | Path, *, as_of: date, new_exemptions: bool = True) -> Policy:
    """Load a policy from a path or from a pack (`pack:NAME`).

    `as_of` is the day against which the dates of exemptions are checked; without `new_exemptions` they may
    last as long as they like, as on a day before they were written. Raises PolicyError with every
    diagnostic there is.
    """
    return load_checked(source, as_of=as_of, new_exemptions=new_exemptions)[0]


def load_checked(
    source: str | Path, *, as_of: date, new_exemptions: bool = True
) -> tuple[Policy, tuple[Diagnostic, ...]]:
    """Do the same, and return what is odd about the policy and yet no error, too."""
    lock = locked(source)
    layers = read_chain(source, lock)
    merger = Merger(as_of, new_exemptions=new_exemptions)
    for layer in layers:
        merger.add(layer)
    policy = merger.policy()
    if all(isinstance(layer.document, UnreadDocument) for layer in layers):
        return policy, ()  # packs alone were checked when they were prepared
    from tagward.loading.checks import check

    diagnostics = in_order(dict.fromkeys([*merger.diagnostics, *check(policy, merger), *lock.unused()]))
    if any(each.severity == "error" for each in diagnostics):
        raise PolicyError(diagnostics)
    return policy, diagnostics
