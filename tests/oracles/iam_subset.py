"""An interpreter for the part of IAM that compiled policies use: Deny statements over a request context."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

Context = Mapping[str, str | list[str]]
"""Context keys, in lower case, to a value, or to the list of them for aws:TagKeys."""

Compare = Callable[[str, str], bool]


def context_of(account: str, region: str, principal: str, tags: Mapping[str, str]) -> Context:
    """Build the context of a request that sends `tags`."""
    context: dict[str, str | list[str]] = {
        "aws:principalarn": principal,
        "aws:principalaccount": account,
        "aws:requestedregion": region,
    }
    context |= {f"aws:requesttag/{key.lower()}": value for key, value in tags.items()}
    return context | ({"aws:tagkeys": list(tags)} if tags else {})


def denied_by(document: str, action: str, resource: str, context: Context) -> list[str]:
    """Return the Sids of the statements that deny an action on one resource."""
    statements: list[dict[str, Any]] = json.loads(document)["Statement"]
    return [each["Sid"] for each in statements if _applies(each, action, resource, context)]


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    assert statement["Effect"] == "Deny"
    return (
        any(
            glob(listed.lower()).fullmatch(action.lower()) is not None
            for listed in _list(statement["Action"])
        )
        and any(glob(listed).fullmatch(resource) is not None for listed in _list(statement["Resource"]))
        and all(
            _holds(operator, _list(values), context.get(key.lower()))
            for operator, keys in statement["Condition"].items()
            for key, values in keys.items()
        )
    )


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _holds(operator: str, listed: list[str], value: str | list[str] | None) -> bool:
    """Decide one operator on one key: negated operators hold, and ForAllValues, when the key is absent."""
    if operator == "Null":
        return (value is None) is (listed == ["true"])
    quantifier, _, plain = operator.rpartition(":")
    if value is None:
        return (
            plain.endswith("IfExists") or quantifier == "ForAllValues" or (not quantifier and "Not" in plain)
        )
    compare = COMPARISONS[plain.removesuffix("IfExists").replace("Not", "")]
    answers = [
        any(compare(wanted, each) for wanted in listed) is not ("Not" in plain) for each in _list(value)
    ]
    return any(answers) if quantifier == "ForAnyValue" else all(answers)


@cache
def glob(text: str) -> re.Pattern[str]:
    """Compile an IAM glob: `*` any run, `?` one character, `${*}` `${?}` `${$}` those characters."""
    parts = re.findall(r"\$\{[*?$]\}|[\s\S]", text)
    return re.compile("".join(_spell(part) for part in parts), re.DOTALL)


def _spell(part: str) -> str:
    if part in "*?":
        return ".*" if part == "*" else "."
    return re.escape(part[2] if len(part) == 4 else part)


def _like(listed: str, value: str) -> bool:
    return glob(listed).fullmatch(value) is not None


COMPARISONS: Mapping[str, Compare] = {
    "StringEquals": str.__eq__,
    "StringLike": _like,
    "StringEqualsIgnoreCase": lambda listed, value: listed.lower() == value.lower(),
    "ArnLike": _like,
}


def any_denied(documents: Iterable[str], action: str, resource: str, context: Context) -> bool:
    """Say whether one of the policies denies an action on one resource."""
    return any(denied_by(document, action, resource, context) for document in documents)
