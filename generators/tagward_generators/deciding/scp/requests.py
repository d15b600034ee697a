"""Requests that service control policies tell apart: action, resource, and who sends them from where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tagward.catalog import AwsAction, aws_actions
from tagward_generators.aws_scp.sids import SERVICES
from tagward_generators.deciding.iam_globs import arn_example, examples, matches
from tagward_generators.deciding.rulings import Place
from tagward_generators.deciding.scp.conditions import Context, Test
from tagward_generators.deciding.scp.statements import Globs, Statement
from tagward_generators.deciding.words import TAGS, with_article

ACCOUNT, REGION, ROLE = "111122223333", "eu-west-1", "role/somebody"

FIRST = "ec2:RunInstances"
"""What people think of first: where many actions are judged alike, it is the one that is named."""

MOST = 48
"""So many kinds of senders are told apart for one action."""

_WORDS = {
    "aws:principalarn": "as `{}`",
    "aws:principalaccount": "in account `{}`",
    "aws:requestedregion": "in region `{}`",
}
_REMOVING = ("untag", "deletetags", "removetags")


class Sender(Struct, frozen=True):
    """Context keys, in lower case, that are not as usual."""

    unusual: tuple[tuple[str, str], ...] = ()

    @property
    def context(self) -> dict[str, str]:
        """Return the context that a request of it has."""
        unusual = dict(self.unusual)
        account = unusual.get("aws:principalaccount", ACCOUNT)
        usual = {
            "aws:principalaccount": account,
            "aws:principalarn": f"arn:aws:iam::{account}:{ROLE}",
            "aws:requestedregion": REGION,
        }
        return usual | unusual

    @property
    def words(self) -> str:
        """Say what is unusual."""
        said = (_WORDS.get(key, f"with `{key}` = `{{}}`").format(value) for key, value in self.unusual)
        return " ".join(said)


class Target(Struct, frozen=True):
    """A resource that an action is evaluated on.

    `kind` is its type as IAM names it, or what is made with tags that belong to the action as a whole;
    `apart` tells it from other resources of the action, "" where all are alike.
    """

    arn: str
    kind: str
    apart: str
    tagged: bool


def places(statements: Sequence[Statement]) -> Iterator[Place]:
    """List the requests that statements tell apart."""
    for action in _actions(statements):
        about = [each for each in statements if each.actions.take(action.lower())]
        for sender in _senders(about):
            targets = tuple(_targets(action, about, sender.context))
            yield from (_place(action, target, sender, alone=len(targets) == 1) for target in targets)


def context(place: Place) -> Context:
    """Return what a request at a place carries beside its tags."""
    return {key: value for key, value in place.facts if key not in ("action", "resource")}


def _place(action: str, target: Target, sender: Sender, *, alone: bool) -> Place:
    return Place(
        action if alone or not target.apart else f"{action} on {target.apart}",
        _doing(action, target),
        (("action", action), ("resource", target.arn), *sorted(sender.context.items())),
        sender.words,
        _act(action),
        target.tagged,
    )


def _actions(statements: Iterable[Statement]) -> list[str]:
    """List the actions that are named, and of those that globs name all that can carry tags."""
    every = sorted({glob for each in statements for glob in each.spelled})
    literal = [glob for glob in every if "*" not in glob and "?" not in glob]
    globs = [glob.lower() for glob in every if "*" in glob or "?" in glob]
    if any(each.actions.excepted for each in statements):
        globs.append("*")
    known = _known_actions()
    found = {known.get(name.lower(), name) for name in literal}
    found |= {name for lower, name in known.items() if any(matches(glob, lower) for glob in globs)}
    return sorted(found, key=lambda name: (name != FIRST, name))


@cache
def _known_actions() -> Mapping[str, str]:
    data = aws_actions()
    removing = (name for names in data.protect.values() for name in names)
    return {name.lower(): name for name in (*data.actions, *removing)}


def _targets(action: str, statements: Sequence[Statement], sender: Mapping[str, str]) -> Iterator[Target]:
    """List a resource of each type that the action is evaluated on, and of each ARN that is named."""
    known = {target.arn: target for target in _catalogued(action, sender)}
    yield from known.values()
    named = {_example(glob, sender) for each in statements for glob in _specific(each.resources)}
    others = sorted(
        arn for arn in named if arn not in known and arn.split(":")[2] in (_service(action), "x1")
    )
    if not known and not others:
        others = [_example(f"arn:*:{_service(action)}:*:*:*", sender)]
    data = aws_actions().actions.get(action)
    yield from (_named_target(action, arn, data) for arn in others)


def _specific(resources: Globs) -> Iterator[str]:
    return (glob for glob in resources.listed if glob.count(":") >= 5)


def _catalogued(action: str, sender: Mapping[str, str]) -> Iterator[Target]:
    data = aws_actions().actions.get(action)
    if data is None:
        return
    for kind in (*data.tagged, *data.untagged):
        for glob in aws_actions().resources(action, (kind,)):
            yield _target(_example(glob, sender), kind, data)


def _target(arn: str, kind: str, data: AwsAction) -> Target:
    if data.scope == "action":
        made = data.creates[0].partition(":")[2].partition(":")[2] if data.creates else ""
        return Target(arn, made, "", tagged=True)
    return Target(arn, kind, kind, kind in data.tagged)


def _named_target(action: str, arn: str, data: AwsAction | None) -> Target:
    """Find out what an ARN is that a statement names."""
    resource = arn.split(":", 5)[5]
    for kind in (*data.tagged, *data.untagged) if data else ():
        if data and any(matches(glob, arn) for glob in aws_actions().resources(action, (kind,))):
            return replace(_target(arn, kind, data), apart=resource)
    return Target(arn, "", resource, data is None or data.scope == "action")


def _senders(statements: Sequence[Statement]) -> list[Sender]:
    """List who may send a request: nobody special, and whoever a statement names."""
    choices: dict[str, dict[str, None]] = {}
    for statement in statements:
        for test in sorted(_about_senders(statement), key=lambda test: (test.key, test.kind)):
            choices.setdefault(test.key.lower(), {}).update(dict.fromkeys(_values(test)))
    usual = Sender().context
    dimensions = [
        [None, *((key, value) for value in values if usual.get(key) != value)]
        for key, values in sorted(choices.items())
    ]
    every = (Sender(tuple(fact for fact in facts if fact)) for facts in product(*dimensions))
    simple_first = sorted(_first(every, 4096), key=lambda sender: len(sender.unusual))
    return simple_first[:MOST]


def _first(senders: Iterable[Sender], most: int) -> list[Sender]:
    return [sender for sender, _ in zip(senders, range(most), strict=False)]


def _about_senders(statement: Statement) -> list[Test]:
    return [test for test in statement.tests if not test.of_tags]


def _values(test: Test) -> Iterator[str]:
    if test.kind == "Null":
        yield "x1"
    for value in sorted(test.values) if test.kind != "Null" else ():
        if test.kind.startswith("Arn"):
            yield arn_example(value, region="", account=ACCOUNT)
        else:
            yield examples(value)[0] if test.kind == "StringLike" else value


def _example(glob: str, sender: Mapping[str, str]) -> str:
    return arn_example(glob, region=sender["aws:requestedregion"], account=sender["aws:principalaccount"])


def _act(action: str) -> Literal["create", "remove"]:
    return "remove" if action.partition(":")[2].lower().startswith(_REMOVING) else "create"


def _doing(action: str, target: Target) -> str:
    """Say in words what an action does to a resource."""
    service = _service(action)
    kind = target.kind.partition("/")[0].replace("-", " ")
    thing = f"{SERVICES.get(service, service)} {kind or 'resource'}"
    if _act(action) == "remove":
        return f"taking {TAGS} from {with_article(thing)}"
    if action not in aws_actions().actions:
        return f"`{action}`"
    return f"{'creating' if target.tagged else 'using'} {with_article(thing)}"


def _service(action: str) -> str:
    return action.partition(":")[0]
