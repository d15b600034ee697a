"""The create requests that the guardrail judges: action, what it makes, and the ARNs that carry its tags."""

from collections.abc import Iterator

from msgspec import UNSET, Struct

from tagward.catalog import AwsAction, AwsActions, aws_actions, native_types
from tagward.judging.spelling import nearest
from tagward.language import AwsScp
from tagward_generators.aws_scp.selecting import Place
from tagward_generators.targets import CompileError

ANY = "*"

BESIDE = frozenset(
    f"aws:ec2:{kind}"
    for kind in ("network-interface", "secondary-interface", "spot-instances-request", "volume")
)
"""Made beside an instance by callers that mostly tag the instance only: looked at where a rule names them."""

GLOBAL_SERVICES = frozenset(
    {"cloudfront", "globalaccelerator", "iam", "organizations", "route53", "s3", "shield"}
)
"""A request may go to another region than the one that what it creates will live in."""


class Creation(Struct, frozen=True):
    """What one action makes with one set of tags.

    `resources` are the ARNs that carry the tags in the request; `kinds` are their types as IAM names them,
    none where the tags belong to the action; `seen` are all types that IAM evaluates the action on.
    """

    action: str
    places: tuple[Place, ...]
    resources: tuple[str, ...]
    kinds: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    beside: bool = False

    @property
    def service(self) -> str:
        """Return the prefix of the action."""
        return self.action.partition(":")[0]


def creations(settings: AwsScp, partition: str) -> tuple[Creation, ...]:
    """List what the curated or the chosen actions make. Raises CompileError for an unfit action."""
    data = aws_actions()
    return tuple(made for name in chosen_actions(settings, data) for made in _made_by(name, data, partition))


def chosen_actions(settings: AwsScp, data: AwsActions) -> tuple[str, ...]:
    """Return the curated actions, or those that the settings put in their place."""
    if settings.actions is UNSET:
        return tuple(sorted(data.curated))
    refusals = [_refusal(name, data) for name in settings.actions if name not in data.actions]
    if refusals:
        raise CompileError("; ".join(refusals))
    return tuple(sorted(set(settings.actions)))


def _refusal(name: str, data: AwsActions) -> str:
    service = name.partition(":")[0]
    if name in data.holes.get(service, ()) or name in data.unsatisfiable.get(service, ()):
        return (
            f"`{name}` in `targets.aws-scp.actions` takes no tags in its request and would always be denied: "
            "leave it out, and let lint and scan find what it creates"
        )
    close = nearest(name, sorted(data.actions))
    hint = f"did you mean `{close}`?" if close else "write it like `ec2:RunInstances`"
    return f"`{name}` in `targets.aws-scp.actions` is not an action that creates tagged resources; {hint}"


def _made_by(name: str, data: AwsActions, partition: str) -> Iterator[Creation]:
    action = data.actions[name]
    service = name.partition(":")[0]
    seen = frozenset((*action.tagged, *action.untagged))
    if action.scope == "action":
        yield Creation(
            name, tuple(_place(made, service) for made in action.creates or ("",)), (ANY,), seen=seen
        )
        return
    types = {kind: _type_of(kind, service, action) for kind in action.tagged}
    alone = all(made in BESIDE for made in types.values())
    for kind, made in types.items():
        arns = data.resources(name, (kind,), partition)
        beside = made in BESIDE and not alone
        yield Creation(name, (_place(made, service),), arns, frozenset({kind}), seen, beside)


def _type_of(kind: str, service: str, action: AwsAction) -> str:
    """Return the tagward type that IAM calls `kind`; the two spell some types apart."""
    spelled = f"aws:{service}:{kind}"
    if spelled in action.creates or not action.creates:
        return spelled
    nested = [made for made in action.creates if made.rpartition("/")[2] == kind]
    return nested[0] if nested else action.creates[0] if len(action.creates) == 1 else spelled


def _place(made: str, service: str) -> Place:
    return Place(made, native_types(made), service not in GLOBAL_SERVICES)
