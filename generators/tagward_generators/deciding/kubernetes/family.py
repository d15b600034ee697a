"""What admission policies decide, as they are bound: what all families that write CEL have in common."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence

from tagward.patterns import charsets
from tagward_generators.deciding.kubernetes.objects import is_object, name_of, plain
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.requests import at
from tagward_generators.deciding.kubernetes.telling_apart import places
from tagward_generators.deciding.kubernetes.validating import Asked, Objection
from tagward_generators.deciding.rulings import Guardrail, Place, Rule, Tags, Undecided
from tagward_generators.deciding.tagging import frozen
from tagward_generators.deciding.words import stem
from tagward_generators.deciding.yaml_documents import documents


class AdmissionRule:
    """What a bound policy objects to at one place."""

    def __init__(self, bound: Bound, objection: Objection, place: Place, asker: _Asker) -> None:
        self.by = bound.name
        self.verdict = bound.verdict
        self.meaning: Hashable = (bound.around, bound.validator.says(objection), place)
        self.vocabulary: Mapping[str, Sequence[str]] = bound.vocabulary(objection)
        self._objection, self._asker = objection, asker

    def objects(self, tags: Tags) -> bool:
        """Say whether it refuses an object with these labels."""
        asked = self._asker.asked(tags)
        return asked is not None and asked.raises(self._objection)


class _Asker:
    """Asks a bound policy at a place; validations share what was found out about the same labels."""

    def __init__(self, bound: Bound, place: Place) -> None:
        self._bound, self._place = bound, place
        self._asked: dict[object, Asked | None] = {}

    def asked(self, tags: Tags) -> Asked | None:
        """Return what is asked about, None where a selector leaves the object out."""
        labels = frozen(tags)
        if labels not in self._asked:
            given = at(self._place, tags)
            told = {**given, "params": self._bound.params}
            taken = self._bound.takes_namespace(given) and self._bound.takes_object(given)
            self._asked[labels] = self._bound.validator.asked(told) if taken else None
        return self._asked[labels]


class AdmissionGuardrail:
    """Policies and bindings of one cluster."""

    def __init__(self, bound: tuple[Bound, ...], undecided: tuple[Undecided, ...]) -> None:
        self.bound = bound
        self.undecided = undecided

    def rules(self, place: Place) -> Sequence[Rule]:
        """Return what is asked of an object at a place."""
        given = at(place, {})
        inherits = place.fact("labels") == "on its namespace"
        rules: list[Rule] = []
        for each in self.bound:
            if each.verdict and each.about(given["request"]) and (inherits or each.takes_namespace(given)):
                asker = _Asker(each, place)
                rules += (
                    AdmissionRule(each, objection, place, asker) for objection in each.validator.objections
                )
        return rules


class AdmissionFamily:
    """What is the same for all families: objects of the API, requests to a cluster, labels."""

    costly = True
    spells = True

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Return the objects of a manifest, without what the API server adds."""
        found = list(filter(is_object, documents(content)))
        return {name_of(each): json.dumps(plain(each), default=str) for each in found} or {
            stem(path): content
        }

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List the requests that policies tell apart."""
        was, now = (each.bound for each in guardrails if isinstance(each, AdmissionGuardrail))
        return tuple(places((was, now)))

    def possible(self, key: str, value: str) -> bool:
        """Say whether Kubernetes takes such a label."""
        return (
            charsets.legal_value("kubernetes", value) is None
            and charsets.legal_key("kubernetes", key) is None
        )
