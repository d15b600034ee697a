"""AWS actions that create tagged resources, and those that take tags away."""

from collections.abc import Iterable
from functools import cache
from typing import Literal

import msgspec

from tagward.catalog.files import read

ANY = "*"


class AwsAction(msgspec.Struct, frozen=True):
    """One create action whose requests can carry tags.

    scope `typed`: aws:RequestTag is in the request context of the types in `tagged` only, never of those in
    `untagged`; `action`: in that of every resource. `default` lists what the curated set denies on, types or
    `*`; `why` is its reason, or for an action outside the set a code in `AwsActions.reasons`. `creates` are
    tagward types, empty where not known. `tag_keys`: aws:TagKeys is there wherever aws:RequestTag is.
    """

    scope: Literal["typed", "action"]
    creates: tuple[str, ...]
    tagged: tuple[str, ...]
    untagged: tuple[str, ...]
    tag_keys: bool
    why: str
    default: tuple[str, ...] = ()


class AwsActions(msgspec.Struct, frozen=True):
    """Every action that a tag SCP may name, and what it must know beside.

    `types` maps `service:type` of the authorization reference to ARN patterns with `${Partition}`; `protect`
    and `holes` are by service of the curated set, `unsatisfiable` by any service.
    """

    reasons: dict[str, str]
    types: dict[str, tuple[str, ...]]
    actions: dict[str, AwsAction]
    protect: dict[str, tuple[str, ...]]
    holes: dict[str, tuple[str, ...]]
    unsatisfiable: dict[str, tuple[str, ...]]

    @property
    def curated(self) -> dict[str, AwsAction]:
        """The actions of the curated default set."""
        return {name: action for name, action in self.actions.items() if action.default}

    def resources(self, action: str, types: Iterable[str], partition: str = "aws") -> tuple[str, ...]:
        """Return the Resource of a statement on those types of an action (`*`: every resource), sorted."""
        service = action.split(":", 1)[0]
        wanted = tuple(types)
        if ANY in wanted:
            return (ANY,)
        arns = [arn for kind in wanted for arn in self.types[f"{service}:{kind}"]]
        return tuple(sorted(arn.replace("${Partition}", partition) for arn in arns))


@cache
def aws_actions() -> AwsActions:
    """Return the AWS actions."""
    return read("aws_actions", AwsActions)
