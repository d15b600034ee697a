"""Small changes of compiled service control policies, each with the only direction that it can go."""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any, Literal

from msgspec import Struct

Direction = Literal["stricter", "looser"]
Statement = dict[str, Any]


class Mutation(Struct, frozen=True):
    """Changed policies, what was done to them, and which way that can go."""

    name: str
    direction: Direction
    documents: dict[str, str]


def mutations(rng: Random, documents: dict[str, str]) -> Iterator[Mutation]:
    """Yield one change of each kind, where there is something to change."""
    for name, direction, change in CHANGES:
        parsed = {key: json.loads(text) for key, text in documents.items()}
        statements = [each for document in parsed.values() for each in document["Statement"]]
        rng.shuffle(statements)
        if any(change(rng, each) for each in statements):
            for document in parsed.values():
                document["Statement"] = [each for each in document["Statement"] if "Sid" in each]
            yield Mutation(name, direction, {key: json.dumps(document) for key, document in parsed.items()})


def reworded(rng: Random, documents: dict[str, str]) -> dict[str, str]:
    """Say the same in other words: other Sids, another order, every list of one a text or a list."""
    changed = {}
    for name, text in documents.items():
        document = json.loads(text)
        for number, statement in enumerate(document["Statement"]):
            statement["Sid"] = f"S{number}"
            for part in (statement, *statement["Condition"].values()):
                for key in part:
                    part[key] = _reworded(rng, part[key])
        rng.shuffle(document["Statement"])
        changed[name] = json.dumps(document, indent=1)
    return changed


def _reworded(rng: Random, value: Any) -> Any:
    if isinstance(value, list):
        value = deepcopy(value)
        rng.shuffle(value)
        return value
    return [value] if isinstance(value, str) and value != "Deny" and not value.startswith("S") else value


def _drop_statement(rng: Random, statement: Statement) -> bool:
    statement.pop("Sid")
    return True


def _drop_action(rng: Random, statement: Statement) -> bool:
    return _drop(rng, statement, "Action")


def _widen_resource(rng: Random, statement: Statement) -> bool:
    if statement["Resource"] == "*":
        return False
    statement["Resource"] = "*"
    return True


def _drop_condition(rng: Random, statement: Statement) -> bool:
    """Let it deny whatever the condition was."""
    if len(statement["Condition"]) < 2:
        return False
    statement["Condition"].pop(rng.choice(sorted(statement["Condition"])))
    return True


def _drop_exempt(rng: Random, statement: Statement) -> bool:
    return statement["Condition"].pop("ArnNotLike", None) is not None


def _accept_less(rng: Random, statement: Statement) -> bool:
    return any(_drop(rng, keys, key) for _, keys, key in _lists(statement, negated=True))


def _accept_more(rng: Random, statement: Statement) -> bool:
    return any(_add(keys, key) for _, keys, key in _lists(statement, negated=True))


def _refuse_less(rng: Random, statement: Statement) -> bool:
    return any(_drop(rng, keys, key) for _, keys, key in _lists(statement, negated=False))


def _refuse_more(rng: Random, statement: Statement) -> bool:
    return any(_add(keys, key) for _, keys, key in _lists(statement, negated=False))


def _lists(statement: Statement, *, negated: bool) -> Sequence[tuple[str, dict[str, Any], str]]:
    return [
        (operator, keys, key)
        for operator, keys in statement["Condition"].items()
        for key in keys
        if ("Not" in operator) is negated and operator != "Null" and key.startswith("aws:RequestTag/")
    ]


def _drop(rng: Random, where: dict[str, Any], key: str) -> bool:
    if isinstance(where[key], str):
        return False
    where[key].remove(rng.choice(where[key]))
    return True


def _add(where: dict[str, Any], key: str) -> bool:
    where[key] = [*([where[key]] if isinstance(where[key], str) else where[key]), "qa"]
    return True


CHANGES: tuple[tuple[str, Direction, Any], ...] = (
    ("drop a statement", "looser", _drop_statement),
    ("drop an action", "looser", _drop_action),
    ("widen the resource", "stricter", _widen_resource),
    ("drop a condition", "stricter", _drop_condition),
    ("drop the exempt principals", "stricter", _drop_exempt),
    ("accept a value less", "stricter", _accept_less),
    ("accept a value more", "looser", _accept_more),
    ("refuse a value less", "looser", _refuse_less),
    ("refuse a value more", "stricter", _refuse_more),
)
