"""How one type is spelled: by tagward, Terraform and CloudFormation."""

from fnmatch import fnmatchcase
from functools import cache

import msgspec

from tagward.catalog.cloudformation import cloudformation_names
from tagward.catalog.files import read
from tagward.catalog.kubernetes import kubernetes_kinds
from tagward.catalog.terraform import terraform_names

SUGGESTIONS = 3
SIMILARITY = 0.7


class _File(msgspec.Struct, frozen=True):
    types: dict[str, tuple[str, ...]]


def tagward_type(native: str) -> str | None:
    """Return the tagward type of a Terraform or CloudFormation type; None where there is none."""
    return _by_native().get(native)


def native_types(tagward_type: str) -> tuple[str, ...]:
    """Return the Terraform and CloudFormation types of a tagward type, sorted."""
    return _file().types.get(tagward_type, ())


def known_type(text: str) -> bool:
    """Tell whether a spelling is in the catalogue: of tagward, Terraform or CloudFormation."""
    return text in _spellings()


def close_types(text: str) -> tuple[str, ...]:
    """Return the spellings nearest to one that is not known, the nearest first."""
    from difflib import get_close_matches

    by_folded: dict[str, str] = {spelled.casefold(): spelled for spelled in _spellings()}
    folded = text.casefold()
    near = get_close_matches(folded, by_folded, n=SUGGESTIONS, cutoff=SIMILARITY)
    # AWS tag policies write ec2:instance.
    first = [f"aws:{folded}"] if f"aws:{folded}" in by_folded else []
    return tuple(by_folded[spelled] for spelled in dict.fromkeys([*first, *near]))[:SUGGESTIONS]


@cache
def matching_types(glob: str) -> tuple[str, ...]:
    """Return the tagward and Terraform types that a shell glob matches, sorted."""
    return tuple(sorted(name for name in {*tagward_types(), *terraform_names()} if fnmatchcase(name, glob)))


@cache
def tagward_types() -> tuple[str, ...]:
    """Return every tagward type, sorted."""
    return tuple(sorted([*_file().types, *(f"kubernetes:{kind.name}" for kind in kubernetes_kinds())]))


@cache
def _spellings() -> frozenset[str]:
    return frozenset({*tagward_types(), *terraform_names(), *cloudformation_names()})


@cache
def _by_native() -> dict[str, str]:
    return {native: name for name, natives in _file().types.items() for native in natives}


@cache
def _file() -> _File:
    return read("types", _File)
