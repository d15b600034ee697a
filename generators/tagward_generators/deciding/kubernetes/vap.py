"""What ValidatingAdmissionPolicies decide, as they are bound."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from tagward.patterns import charsets
from tagward_generators.deciding.cel.engine import RefusedError
from tagward_generators.deciding.cel.literals import vocabulary
from tagward_generators.deciding.kubernetes.matching import NAMESPACE_NAME, concerns, selects
from tagward_generators.deciding.kubernetes.objects import name_of, plain
from tagward_generators.deciding.kubernetes.requests import at, named_by, namespaces_named, places
from tagward_generators.deciding.kubernetes.validating import Asked, Validator
from tagward_generators.deciding.rulings import Guardrail, Place, Rule, Tags, Undecided, Verdict
from tagward_generators.deciding.tagging import frozen
from tagward_generators.deciding.words import stem
from tagward_generators.deciding.yaml_documents import documents

POLICY, BINDING, PARAMETERS = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ConfigMap"

_ACTIONS = {"Deny": Verdict.DENIED, "Warn": Verdict.WARNED, "Audit": Verdict.RECORDED}

Document = Mapping[str, Any]


class Bound(Struct, frozen=True):
    """A policy as one binding applies it."""

    name: str
    validator: Validator
    constraints: Document
    also: Document
    verdict: Verdict
    params: Any


class VapRule:
    """What one validation of a bound policy says at one place."""

    def __init__(self, bound: Bound, number: int, place: Place, asker: _Asker) -> None:
        self.by = bound.name
        self.verdict = bound.verdict
        selectors = [each.get("objectSelector") for each in (bound.constraints, bound.also)]
        said = (bound.validator.says(number), bound.params, selectors)
        self.meaning: Hashable = (json.dumps(said, sort_keys=True), place)
        self.vocabulary: Mapping[str, Sequence[str]] = {
            **_with(bound.params, vocabulary(bound.validator.texts(number))),
            **_selected(selectors),
        }
        self._number, self._asker = number, asker

    def objects(self, tags: Tags) -> bool:
        """Say whether the validation refuses an object with these labels."""
        asked = self._asker.asked(tags)
        return asked is not None and asked.denies(self._number)


class _Asker:
    """Asks a bound policy at a place; validations share what was found out about the same labels."""

    def __init__(self, bound: Bound, place: Place) -> None:
        self._bound, self._place = bound, place
        self._asked: dict[object, Asked | None] = {}

    def asked(self, tags: Tags) -> Asked | None:
        """Return what is asked about, None where a selector leaves the object out."""
        labels = frozen(tags)
        if labels not in self._asked:
            self._asked[labels] = self._about(tags)
        return self._asked[labels]

    def _about(self, tags: Tags) -> Asked | None:
        given = at(self._place, tags)
        labels = given["object"]["metadata"].get("labels", {})
        before = (given["oldObject"] or {}).get("metadata", {}).get("labels", {})
        selectors = [each.get("objectSelector") for each in (self._bound.constraints, self._bound.also)]
        if not all(selects(each, labels) or (before and selects(each, before)) for each in selectors):
            return None
        return self._bound.validator.asked({**given, "params": self._bound.params})


class VapGuardrail:
    """Policies and bindings of one cluster."""

    def __init__(self, bound: tuple[Bound, ...], undecided: tuple[Undecided, ...]) -> None:
        self.bound = bound
        self.undecided = undecided

    def rules(self, place: Place) -> Sequence[Rule]:
        """Return what is asked of an object at a place."""
        given = at(place, {})
        namespace = given["request"]["namespace"]
        rules: list[Rule] = []
        for each in self.bound:
            if all(
                concerns(part, given["request"], namespace) for part in (each.constraints, each.also) if part
            ):
                asker = _Asker(each, place)
                rules += (VapRule(each, number, place, asker) for number in each.validator.validations)
        return rules


class KubernetesVap:
    """The family `kubernetes-vap`."""

    name = "kubernetes-vap"
    costly = True

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Return the objects of a manifest, without what the API server adds."""
        found = [each for each in documents(content) if isinstance(each, dict) and "metadata" in each]
        return {name_of(each): json.dumps(plain(each)) for each in found} or {stem(path): content}

    def read(self, artifacts: Mapping[str, str]) -> VapGuardrail:
        """Bind policies; what cannot be evaluated is undecided."""
        parsed = {name: _parsed(text) for name, text in artifacts.items()}
        validators: dict[str, tuple[Document, Validator]] = {}
        undecided = [
            Undecided(name, "it is no object of the API", artifacts[name])
            for name in parsed
            if not parsed[name]
        ]
        for name, document in parsed.items():
            if document.get("kind") == POLICY:
                try:
                    validators[document["metadata"]["name"]] = (document["spec"], _validator(artifacts[name]))
                except (RefusedError, LookupError, TypeError, AttributeError) as why:
                    undecided.append(Undecided(name, _why(why), artifacts[name]))
        bound: list[Bound] = []
        for name, document in parsed.items():
            if document.get("kind") == BINDING:
                try:
                    bound += _bound(document["spec"], validators, parsed)
                except (RefusedError, LookupError, TypeError, AttributeError) as why:
                    undecided.append(Undecided(name, _why(why), artifacts[name]))
        return VapGuardrail(tuple(bound), tuple(undecided))

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List kinds, namespaces and operations that policies tell apart."""
        every = [
            each
            for guardrail in guardrails
            if isinstance(guardrail, VapGuardrail)
            for each in guardrail.bound
        ]
        rules = [
            rule
            for each in every
            for part in (each.constraints, each.also)
            for rule in part.get("resourceRules") or ()
        ]
        resources = {resource for rule in rules for resource in named_by(rule)}
        return tuple(places(sorted(resources), sorted(set(_namespaces(every)))))

    def possible(self, key: str, value: str) -> bool:
        """Say whether Kubernetes takes such a label."""
        return (
            charsets.legal_value("kubernetes", value) is None
            and charsets.legal_key("kubernetes", key) is None
        )


def _namespaces(bound: Iterable[Bound]) -> Iterator[str]:
    """List the namespaces that selectors and expressions name."""
    for each in bound:
        for part in (each.constraints, each.also):
            selector = part.get("namespaceSelector") or {}
            yield from (
                value for key, value in (selector.get("matchLabels") or {}).items() if key == NAMESPACE_NAME
            )
            for expression in selector.get("matchExpressions") or ():
                yield from (expression.get("values") or ()) if expression.get("key") == NAMESPACE_NAME else ()
        yield from namespaces_named(each.validator.every_text)


def _bound(
    spec: Document, validators: Mapping[str, tuple[Document, Validator]], parsed: Mapping[str, Document]
) -> Iterator[Bound]:
    """Apply a policy as a binding says; one that is not there, or is undecided itself, binds nothing."""
    name = spec["policyName"]
    if name not in validators:
        return
    policy, validator = validators[name]
    params = None
    if policy.get("paramKind"):
        reference = spec.get("paramRef") or {}
        wanted = f"{policy['paramKind']['kind']}/{reference.get('namespace')}/{reference.get('name')}"
        if wanted not in parsed and reference.get("parameterNotFoundAction") == "Allow":
            return
        if wanted not in parsed:
            raise RefusedError(f"its parameters are not among what was read: {wanted}")
        params = parsed[wanted]
    verdict = max((_ACTIONS[action] for action in spec["validationActions"]), default=Verdict.ALLOWED)
    yield Bound(
        name, validator, policy["matchConstraints"], spec.get("matchResources") or {}, verdict, params
    )


@cache
def _validator(text: str) -> Validator:
    return Validator(json.loads(text)["spec"])


def _parsed(text: str) -> Document:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, RefusedError) else "it is not written as the API server takes it"


def _with(params: Any, vocabulary: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Add the words of parameters to the values of the key that they are for; of no known key, to all."""
    words = {key: re.split(r"[\s,]+", str(text)) for key, text in ((params or {}).get("data") or {}).items()}
    if not words:
        return vocabulary
    others = [word for key, found in words.items() if key not in vocabulary for word in found]
    return {key: (*values, *words.get(key, others)) for key, values in vocabulary.items()}


def _selected(selectors: Iterable[Document | None]) -> Mapping[str, Sequence[str]]:
    """Return the labels that selectors look at, with their values."""
    found: dict[str, list[str]] = {}
    for selector in selectors:
        for key, value in ((selector or {}).get("matchLabels") or {}).items():
            found.setdefault(key, []).append(value)
        for each in (selector or {}).get("matchExpressions") or ():
            found.setdefault(each["key"], []).extend(each.get("values") or ())
    return found
