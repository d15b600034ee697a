"""What a policy says of one admission request: a pure function, on which the webhook is a shell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tagward.catalog import Kinds
from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Code, Finding
from tagward.globs import matcher
from tagward.policy import Policy, Tag
from tagward.resource import Layer, Part, Resource, Tags, Unknown
from tagward_service.admission.answers import audit, denial, skipped, warnings
from tagward_service.admission.contract import JUDGED, Request, Response, patched
from tagward_service.admission.mutate import Filler
from tagward_service.admission.objects import (
    is_claimed,
    is_controlled,
    is_leaving,
    is_owned,
    judged_part,
    labels_around,
    namespace_in,
    namespace_layer,
    resource_of,
)
from tagward_service.admission.places import Places

SURFACE = "admission"

SYSTEM_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease")

SOON = timedelta(days=60)
"""A rule that will deny within this time is announced."""

FAIR, STRICT = "fair", "strict"
"""How updates are judged: what was wrong before is a warning, or a denial like any other."""

Place = tuple[str, str, str]
"""A tag, a rule, and where it is broken."""


class Settings(Struct, frozen=True):
    """What the webhook leaves alone, how it judges updates, and the values it fills in, by tag id."""

    exempt_namespaces: tuple[str, ...] = SYSTEM_NAMESPACES
    updates: str = FAIR
    defaults: Mapping[str, str] = {}


DEFAULTS = Settings()


class Reviewer:
    """A policy made ready to review the requests of one day."""

    def __init__(self, policy: Policy, day: date, settings: Settings = DEFAULTS) -> None:
        self.policy = policy
        self.day = day
        self.settings = settings
        lenient = replace(policy, unknown="warn") if policy.unknown == "fail" else policy
        self._assess = Evaluator(lenient, as_of=day, surface=SURFACE).assess
        self._kinds = Kinds(policy.workloads)
        self.filler = Filler(policy, day, settings.defaults, self._kinds)
        self._is_exempt = matcher(settings.exempt_namespaces)
        self._clean = audit(policy, "allowed", ())
        self.inherits = any("namespace" in tag.inherit for tag in policy.tags)

    def review(self, request: Request, namespace_labels: Tags | None = None) -> Response:
        """Answer a request; `namespace_labels` are those of its namespace, None when nobody knows them."""
        why = self.left_alone(request) or ("its controller is judged" if is_claimed(request) else "")
        if why:
            return skipped(request, why)
        labels = labels_around(request, namespace_labels)
        answer = self._judged(request, labels)
        if answer.allowed or labels is not None or not self.inherits:
            return answer
        bare = self._judged(request, {})  # for all that is known, the namespace has no labels
        return bare if bare.allowed else answer

    def _judged(self, request: Request, labels: Tags | None) -> Response:
        namespace = request.namespace or namespace_in(request.outline)
        layer = namespace_layer(self.policy, namespace, labels) if labels or self.inherits else None
        data = judged_part(request, self._kinds)
        assessment = self._assess(resource_of(request, data, layer, self._kinds))
        if not assessment.findings:
            return Response(uid=request.uid, allowed=True, audit_annotations=self._clean)
        faults = [each for each in assessment.findings if each.severity == "error"]
        old = self._broken_before(request, faults, layer) if faults else []
        fresh = [each for each in faults if each not in old]
        return self._answer(request, assessment, fresh, old)

    def fill(self, request: Request, namespace_labels: Tags | None = None) -> Response:
        """Answer a request with a patch that fills labels: where they are new, or are taken away."""
        why = self.left_alone(request) or ("a controller made it" if is_controlled(request.outline) else "")
        if why:
            return skipped(request, why)
        operations = self.filler.operations(request, labels_around(request, namespace_labels))
        return patched(Response(uid=request.uid, allowed=True), operations)

    def asks_for_namespace(self, request: Request) -> bool:
        """Say whether the labels of its namespace may matter for a request."""
        if not self.inherits or not request.namespace or request.namespace_object is not None:
            return False
        return request.kind.kind != "Namespace" and not self.left_alone(request)

    def left_alone(self, request: Request) -> str:
        """Say why a request is not judged; "" when it is."""
        if request.operation not in JUDGED:
            return f"operation {request.operation}"
        if request.sub_resource:
            return f"subresource {request.sub_resource}"
        outline = request.outline
        namespace = request.namespace or namespace_in(outline)
        if namespace and self._is_exempt(namespace):
            return f"namespace {namespace} is exempt"
        if is_leaving(outline):
            return "it is being deleted"
        return "its controller is judged" if is_owned(outline, self._kinds) else ""

    def _broken_before(self, request: Request, faults: list[Finding], layer: Layer | None) -> list[Finding]:
        """List the faults that were there already, where an update is judged by what it makes worse."""
        fair = request.operation == "UPDATE" and self.settings.updates == FAIR
        if not fair or not isinstance(request.old_object, dict):
            return []
        now, then = request.object, request.old_object
        before = self._assess(resource_of(request, then, layer, self._kinds))
        was = Places(then, now)
        broken = {place for each in before.findings for place in _places(each, was)}
        is_, labels = Places(now, then), len(before.resource.tags)
        return [each for each in faults if _places(each, is_) <= broken and not _grown(each, labels)]

    def _answer(
        self, request: Request, assessment: Assessment, fresh: list[Finding], old: list[Finding]
    ) -> Response:
        resource, findings = assessment.resource, assessment.findings
        said = [f"{each.message} (as before this update; will have to be fixed)" for each in old]
        said += (_warned(each, request) for each in findings if each.severity == "warning")
        said += (each.message for each in findings if each.status == "notice" and each.severity == "info")
        said += self._soon(findings)
        decision = "denied" if fresh else "allowed"
        return Response(
            uid=request.uid,
            allowed=not fresh,
            status=denial(self.policy, resource.address, fresh) if fresh else None,
            warnings=warnings(said),
            audit_annotations=audit(self.policy, decision, findings),
        )

    def _soon(self, findings: tuple[Finding, ...]) -> Iterator[str]:
        """Announce the days from which what is only a warning now is refused."""
        quiet = {each.tag for each in findings if each.status == "violation" and each.severity != "error"}
        for tag in self.policy.tags:
            due = _denied_from(tag, self.day) if tag.id in quiet else None
            if due is not None and due - self.day <= SOON:
                yield f"{tag.keys.get('kubernetes', tag.id)} is enforced from {due}: it will be refused then"


def _warned(finding: Finding, request: Request) -> str:
    """Say a warning; what is not known are labels of the namespace, or what another object may bring."""
    if finding.code is not Code.UNKNOWN:
        return finding.message
    around = f"the labels of namespace {request.namespace} are not known here"
    elsewhere = next((each for each in _elsewhere(finding) if each in finding.message), "")
    return f"`{finding.key}` could not be checked: {f'it hangs on {elsewhere}' if elsewhere else around}"


def _elsewhere(finding: Finding) -> Iterator[str]:
    """List what an object itself leaves open, and why."""
    holders: tuple[Resource | Part, ...] = (finding.resource, *finding.resource.parts)
    for each in holders:
        for value in (each.open, each.tags.get(finding.key)):
            if isinstance(value, Unknown):
                yield value.because


def _denied_from(tag: Tag, day: date) -> date | None:
    """Return the first day after this one on which the tag denies at admission."""
    days = sorted(stage.start for stage in tag.enforce if stage.start is not None and stage.start > day)
    return next((each for each in days if tag.mode(each, SURFACE) == "deny"), None)


def _grown(finding: Finding, labels: int) -> bool:
    """Say whether there were too many labels already, and are more now."""
    return finding.code is Code.TOO_MANY and len(finding.resource.tags) > labels


def _places(finding: Finding, places: Places) -> frozenset[Place]:
    broken = map(places.identity, finding.places or ("",))
    return frozenset((finding.tag or finding.key, finding.rule, place) for place in broken)


def review(
    policy: Policy,
    request: Request,
    *,
    as_of: date,
    namespace_labels: Tags | None = None,
    settings: Settings = DEFAULTS,
) -> Response:
    """Answer one request under a policy as it stands on a day."""
    return Reviewer(policy, as_of, settings).review(request, namespace_labels)
