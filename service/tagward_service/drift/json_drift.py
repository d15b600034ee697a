"""A comparison as JSON: a versioned contract, typed here and published as a JSON Schema."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from tagward_generators.deciding.narrowing import Situation
from tagward_generators.deciding.sentences import Telling
from tagward_service.drift.report import DriftReport, State, TargetDrift, Unjudged
from tagward_service.drift.text import sentence
from tagward_service.outputs.json_text import json_text

VERSION: Literal[1] = 1

Verdict = Literal["allowed", "recorded", "warned", "denied"]


class JsonObject(Struct, frozen=True):
    """One thing that is deployed by itself."""

    name: str
    state: Annotated[
        State,
        Meta(description="missing on the other side, extra there, or detached: attached to nothing."),
    ]


class JsonSituation(Struct, frozen=True):
    """How one tag is."""

    key: str
    values: Annotated[list[str], Meta(description="Empty when the tag is not there, or whatever its value.")]
    present: bool


class JsonExample(Struct, frozen=True):
    """One request that both sides were asked about."""

    place: str
    facts: Annotated[dict[str, str], Meta(description="What the request carries beside its tags.")]
    tags: dict[str, str]
    was_by: Annotated[list[str], Meta(description="What objected to it before.")]
    now_by: Annotated[list[str], Meta(description="What objects to it now.")]


class JsonDifference(Struct, frozen=True):
    """One difference in what is decided."""

    direction: Literal["stricter", "looser"]
    sentence: str
    was: Verdict
    now: Verdict
    deviation: Annotated[list[JsonSituation], Meta(description="How the tags deviate from accepted ones.")]
    context: Annotated[list[JsonSituation], Meta(description="Other tags that must be as they are.")]
    always: Annotated[bool, Meta(description="The stricter side accepts no tags that were tried.")]
    places: list[str]
    example: JsonExample


class JsonUnjudged(Struct, frozen=True):
    """Something that differs and cannot be evaluated."""

    side: Literal["was", "now", "both"]
    what: str
    why: str


class JsonTarget(Struct, frozen=True):
    """How one target differs."""

    target: str
    drift: bool
    compared: Annotated[bool, Meta(description="False when not all of it could be read.")]
    objects: list[JsonObject]
    differences: list[JsonDifference]
    not_evaluated: list[JsonUnjudged]
    requests: Annotated[int, Meta(ge=0, description="So many requests were asked of both sides.")]
    cut: Annotated[bool, Meta(description="There are more differences than were looked for.")]


class JsonNotRead(Struct, frozen=True):
    """Something that could not be read."""

    what: str
    why: str


class JsonDrift(Struct, frozen=True, rename={"from_": "from"}):
    """What `tagward diff -f json` writes."""

    version: Literal[1]
    from_: str
    to: str
    drift: bool
    targets: list[JsonTarget]
    not_read: list[JsonNotRead]
    notes: list[str]


def render(report: DriftReport) -> str:
    """Write a comparison as JSON, indented by two."""
    return json_text(as_json(report))


def as_json(report: DriftReport) -> JsonDrift:
    """Put a comparison into the shape of the contract."""
    return JsonDrift(
        VERSION,
        report.was,
        report.now,
        report.drifted,
        [_target(each, deployed=report.deployed) for each in report.targets],
        [JsonNotRead(each.what, each.why) for each in report.not_read],
        list(report.notes),
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the output."""
    schema = msgspec.json.schema(JsonDrift)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "tagward diff", **schema}


def _target(target: TargetDrift, *, deployed: bool) -> JsonTarget:
    return JsonTarget(
        target.target,
        target.drifted,
        not target.unread,
        [JsonObject(each.name, each.state) for each in target.objects],
        [_difference(each, deployed=deployed) for each in target.tellings],
        [_unjudged(each) for each in target.unjudged],
        target.requests,
        target.cut,
    )


def _difference(telling: Telling, *, deployed: bool) -> JsonDifference:
    finding = telling.difference.finding
    was, now = (_VERDICTS[verdict] for verdict in finding.verdicts)
    return JsonDifference(
        telling.direction,
        sentence(telling, deployed=deployed),
        was,
        now,
        [_situation(each, telling.values) for each in finding.deviation],
        [_situation(each, ()) for each in finding.context],
        finding.always,
        list(telling.names),
        _example(telling),
    )


def _situation(situation: Situation, values: tuple[str, ...]) -> JsonSituation:
    present = situation.value is not None
    if not present or situation.any_value:
        return JsonSituation(situation.key, [], present)
    told = values if situation.value in values else (situation.value or "",)
    return JsonSituation(situation.key, list(told), present)


def _example(telling: Telling) -> JsonExample:
    difference = telling.difference
    place = difference.places[0]
    return JsonExample(
        place.name,
        dict(place.facts),
        dict(difference.finding.tags),
        list(difference.was_by),
        list(difference.now_by),
    )


def _unjudged(each: Unjudged) -> JsonUnjudged:
    return JsonUnjudged(each.side, each.undecided.what, each.undecided.why)


_VERDICTS: tuple[Verdict, ...] = ("allowed", "recorded", "warned", "denied")
"""By the number of a verdict."""
