"""The explanation of one resource: what it is, whether it takes tags, which it has and from where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Status
from tagward.judging.housekeeping import Housekeeping
from tagward.policy import Policy, Tag
from tagward.resource import Resource, Tags, TagValue, Unknown
from tagward_service.cli.explaining_tags import explain_tag
from tagward_service.cli.tables import aligned

SURFACE = "ci"

_VERDICTS = {
    Status.COMPLIANT: "compliant: every rule that applies holds",
    Status.VIOLATING: "violating",
    Status.UNKNOWN: "unknown until the apply",
    Status.EXEMPT: "exempt: what is wrong is covered by an exemption",
    Status.UNTAGGABLE: "not judged: the type takes no tags",
    Status.UNTOLD: "not judged: nobody can tell whether the type takes tags",
}


def explain(policy: Policy, resource: Resource, tags: Sequence[Tag], as_of: date) -> Iterator[str]:
    """Yield the explanation in pieces of text."""
    assessment = Evaluator(policy, as_of=as_of, surface=SURFACE).assess(resource)
    hidden = Housekeeping(policy).hidden(resource)
    yield aligned(_about(resource, assessment), indent="")
    yield "\ntags\n"
    yield aligned(_tags(resource, hidden) or [("none",)])
    if assessment.status in (Status.UNTAGGABLE, Status.UNTOLD):
        return
    for tag in tags:
        yield explain_tag(policy, resource, tag, assessment, as_of)
    yield _rest(assessment)
    from tagward_service.cli.enforcement import native

    table = native(policy, resource.cloud, [tag.id for tag in tags], as_of)
    yield f"\nnative enforcement\n{table}" if table else ""


def _about(resource: Resource, assessment: Assessment) -> list[tuple[str, str]]:
    native = f" ({resource.native})" if resource.native not in ("", resource.type) else ""
    line = "" if resource.line is None else f":{resource.line}"
    return [
        ("resource", resource.address),
        ("type", f"{resource.type}{native}"),
        ("file", f"{resource.file}{line}"),
        ("lives in", _place(resource)),
        ("takes tags", _taggability(resource)),
        ("verdict", _VERDICTS[assessment.status]),
    ]


def _place(resource: Resource) -> str:
    names = ("namespace",) if resource.cloud == "kubernetes" else ("account", "region")
    values = ((name, getattr(resource, name)) for name in names)
    return ", ".join(
        f"{name} {'not known' if value is None else value}" for name, value in values if value != ""
    )


def _taggability(resource: Resource) -> str:
    answer = {True: "yes", False: "no", None: "not known"}[resource.taggability.answer]
    why = resource.taggability.why
    return f"{answer}: {why}" if why else answer


def _tags(resource: Resource, hidden: frozenset[str]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (key, shown(key, value, hidden), f"from {resource.origins.get(key, f'`{resource.place}`')}")
        for key, value in resource.tags.items()
    ]
    if resource.open is not None:
        rows.append(("perhaps more", _because(resource.open), ""))
    for layer in resource.inherited:
        rows += _layer(layer.tags, f"{layer.origin} {layer.name}, where `inherit` says so", hidden)
    for part in resource.parts:
        carries = " and what the resource has" if part.carries else ""
        rows += _layer(part.tags, f"{part.what}: `{part.place}`{carries}", hidden) or [
            ("none", "", f"on {part.what}: `{part.place}`{carries}")
        ]
    return rows


def _layer(tags: Tags, origin: str, hidden: frozenset[str]) -> list[tuple[str, ...]]:
    return [(key, shown(key, value, hidden), f"from {origin}") for key, value in tags.items()]


def shown(key: str, value: TagValue, hidden: frozenset[str]) -> str:
    """Show a value, unless it must not be seen or is not known."""
    if key in hidden:
        return "(not shown)"
    return _because(value) if isinstance(value, Unknown) else f"`{value}`"


def _because(unknown: Unknown) -> str:
    return f"known after the apply ({unknown.because})" if unknown.because else "known after the apply"


def _rest(assessment: Assessment) -> str:
    """Show the findings that belong to no tag."""
    rows = [(each.severity, each.code.value, each.message) for each in assessment.findings if not each.tag]
    return "\nother rules\n" + aligned(rows) if rows else ""
