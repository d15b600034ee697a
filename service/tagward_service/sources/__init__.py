"""Sources: what resources there are, and with which tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from tagward.errors import InputError
from tagward_service.sources.detect import Kind, OtherFileError, detect_kind
from tagward_service.sources.files import STANDARD_INPUT, Named, find_files, load, without_mark
from tagward_service.sources.interface import STDIN, Content, NotEvaluated, Place, Reading

if TYPE_CHECKING:
    from tagward_service.sources.kubernetes.manifests import Manifests

__all__ = ["read_content", "read_inputs"]


def read_inputs(
    paths: Sequence[str], *, place: Place, changed_only: bool = False
) -> Iterator[Reading | InputError]:
    """Read files, directories and standard input (`-`) one by one; what cannot be read comes as its error.

    Kubernetes inputs come last, since a Namespace in any of them gives labels to the resources of all.
    """
    manifests: list[Manifests] = []
    for named in find_files(paths):
        if isinstance(named, (Reading, InputError)):
            yield named
            continue
        outcome = _read(named, place, changed_only)
        if isinstance(outcome, (Reading, InputError)):
            yield outcome
        else:
            manifests.append(outcome)
    if manifests:
        from tagward_service.sources.kubernetes.manifests import with_namespaces

        yield from with_namespaces(manifests)


def read_content(
    content: Content, file: str, *, place: Place, changed_only: bool = False
) -> Iterator[Reading | InputError]:
    """Read what is in memory as if it were a file of this name."""
    try:
        outcome = _read_content(without_mark(content), file, place, changed_only)
    except InputError as error:
        yield error
        return
    if isinstance(outcome, Reading):
        yield outcome
        return
    from tagward_service.sources.kubernetes.manifests import with_namespaces

    yield from with_namespaces([outcome])


def _read(named: Named, place: Place, changed_only: bool) -> Reading | Manifests | InputError:
    file = STANDARD_INPUT if named.path == str(STDIN) else named.path
    try:
        return _read_content(load(named.path), file, place, changed_only)
    except InputError as error:
        return _not_read(error, file) if named.found else error


def _read_content(content: Content, file: str, place: Place, changed_only: bool) -> Reading | Manifests:
    kind = detect_kind(content, file)
    try:
        if kind is Kind.PLAN:
            from tagward_service.sources.terraform.plan import read_plan

            return read_plan(content, file, place, changed_only=changed_only)
        if kind is Kind.STATE:
            from tagward_service.sources.terraform.state import read_state

            if changed_only:
                raise InputError(
                    file, "a state, which does not say what will change", "leave out --changed-only"
                )
            return read_state(content, file, place)
        if kind is Kind.TEMPLATE:
            from tagward_service.sources.cloudformation.template import read_template

            return read_template(content, file, place)
        from tagward_service.sources.kubernetes.manifests import read_manifests

        return read_manifests(content, file, place)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        from tagward_service.sources.mistakes import broken_json

        raise broken_json(content, file, error) from None


def _not_read(error: InputError, file: str) -> Reading:
    # In a directory a file of another trade is nothing to complain about; one that is broken is.
    is_other = isinstance(error, OtherFileError)
    why = error.what if is_other else f"{error.what}; {error.instead}" if error.instead else error.what
    return Reading(file, "other file", (), (NotEvaluated(file, why, incomplete=not is_other),))
