"""The support matrix: what every target makes of every feature of the language."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from msgspec import Struct

from tagward.loader import load
from tagward.policy import Policy
from tagward_generators import TARGETS, target
from tagward_generators.targets import CompileError, Fidelity

AS_OF = date(2026, 11, 21)

Fragment = dict[str, object]


class Feature(Struct, frozen=True):
    """One thing that a policy can say, as part of a policy file, and the fidelity row that answers for it."""

    title: str
    policy: Fragment
    rule: str = "required"
    tag: str = "team"


def _tag(**said: object) -> Fragment:
    return {"tags": {"team": {"required": True, "example": "nlp"} | said}}


TYPES = [
    "aws:ec2:instance",
    "azure:Microsoft.Compute/virtualMachines",
    "gcp:storage.googleapis.com/Bucket",
    "kubernetes:apps/Deployment",
]
PLACES = {"accounts": ["111122223333"], "namespaces": ["prod-*"]}
EXEMPTION = {
    "id": "EX-1",
    "owner": "ops@example.com",
    "reason": "vendor image",
    "expires": date(2027, 2, 28),
    "tags": ["team"],
}
ENVIRONMENT = {"values": ["dev", "staging", "prod"], "required": True}

FEATURES = (
    Feature("a tag must be there", _tag()),
    Feature("... on some types", _tag(required={"on": {"types": TYPES}})),
    Feature(
        "... in some accounts or namespaces",
        {"scopes": {"prod": PLACES}} | _tag(required={"on": {"scopes": ["prod"]}}),
    ),
    Feature("... in some regions", _tag(required={"on": {"regions": ["eu-*"]}})),
    Feature("... on some names", _tag(required={"on": {"names": ["web-*"]}})),
    Feature(
        "... when another tag has a value",
        {"tags": {"env": ENVIRONMENT, "team": {"required": {"when": {"env": ["prod"]}}}}},
    ),
    Feature("... and says something", _tag(), "blank"),
    Feature("a tag is recommended", _tag(required={"level": "recommended"})),
    Feature("a list of values", _tag(values=["nlp", "vision"]), "value"),
    Feature("a pattern of fixed length", _tag(pattern="exp-[0-9]{4}", example="exp-0042"), "value"),
    Feature("any pattern", _tag(pattern="[a-z][a-z0-9-]{1,40}"), "value"),
    Feature("an older value is replaced", _tag(replaces={"natural-language": "nlp"}), "replaces"),
    Feature(
        "an older key counts until a day",
        _tag(aliases=[{"key": "squad", "until": date(2027, 3, 31)}]),
        "alias squad",
    ),
    Feature(
        "inherited tags count",
        _tag(inherit=["provider", "resource-group", "subscription", "project", "namespace"]),
    ),
    Feature(
        "a warning, until a day",
        _tag(enforce=[{"mode": "warn"}, {"from": date(2027, 1, 15), "mode": "deny"}]),
    ),
    Feature("forbidden keys", _tag() | {"forbid": {"keys": ["*password*"]}}, "forbid.keys", "*"),
    Feature("forbidden values", _tag() | {"forbid": {"values": ["AKIA[0-9A-Z]{16}"]}}, "forbid.values", "*"),
    Feature("no keys but the policy's", _tag() | {"limits": {"closed": True}}, "limits.closed", "*"),
    Feature("at most so many tags", _tag() | {"limits": {"max_tags": 20}}, "limits.max_tags", "*"),
    Feature(
        "an exemption of some types",
        _tag() | {"exemptions": [EXEMPTION | {"match": {"types": TYPES}}]},
        "exemption EX-1",
        "*",
    ),
    Feature(
        "an exemption of some accounts or namespaces",
        _tag() | {"scopes": {"prod": PLACES}, "exemptions": [EXEMPTION | {"match": {"scopes": ["prod"]}}]},
        "exemption EX-1",
        "*",
    ),
)


def support_page() -> str:
    """Return the page: a table of grades, then what every note says."""
    notes: dict[str, int] = {}
    rows = [_row(feature, notes) for feature in FEATURES]
    header = "| | " + " | ".join(f"`{name}`" for name in TARGETS) + " |\n|---|" + "---|" * len(TARGETS) + "\n"
    listed = "".join(f"{number}. {note}\n" for note, number in notes.items())
    return f"{_INTRODUCTION}{header}{''.join(rows)}\n## Notes\n\n{listed}"


_INTRODUCTION = """\
# What each target can say

Every rule of a policy comes out of `tagward compile` with a grade: **exact** (the guardrail denies if and
only if the linter finds the violation), *weaker* (it never denies what the policy accepts, and something
slips through) or absent. This table is made by compiling one small policy for each feature; your policy's
own table is printed by `tagward compile` and kept in its `manifest.json`. The numbers are the notes below.

"""


def _row(feature: Feature, notes: dict[str, int]) -> str:
    policy = _load(feature.policy)
    cells = " | ".join(_cell(row, notes) for row in _grades(policy, feature))
    return f"| {feature.title} | {cells} |\n"


def _grades(policy: Policy, feature: Feature) -> Iterator[Fidelity | None]:
    for name in TARGETS:
        try:
            compilation = target(name).compile(policy, as_of=AS_OF)
        except CompileError:
            yield None
            continue
        yield next(row for row in compilation.fidelity if (row.tag, row.rule) == (feature.tag, feature.rule))


def _cell(row: Fidelity | None, notes: dict[str, int]) -> str:
    if row is None:
        return "-"
    grade = {"exact": "**exact**", "weaker": "*weaker*", "absent": "absent"}[row.grade.value]
    numbers = [str(notes.setdefault(why, len(notes) + 1)) for why in row.why.split("; ") if why]
    return " ".join([grade, ", ".join(numbers)]).strip()


def _load(fragment: Fragment) -> Policy:
    whole = {"apiVersion": "tagward/v1", "kind": "TagPolicy", "metadata": {"name": "feature"}} | fragment
    with TemporaryDirectory() as place:
        path = Path(place, "tagward.yaml")
        path.write_text(yaml.safe_dump(whole), encoding="utf-8")
        return load(str(path), as_of=AS_OF)
