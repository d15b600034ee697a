"""Findings without their resource: rules, wordings, and verdicts, which are sets of wordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from tagward.findings import Finding
from tagward_service.store.database import Database
from tagward_service.store.errors import StoreError
from tagward_service.store.interning import Numbers, Row, insert_missing, numbers_of
from tagward_service.store.schema import (
    EXEMPT,
    OPEN,
    RULE_BITS,
    rule,
    verdict,
    verdict_wording,
    wording,
)
from tagward_service.store.texts import digest, storable

FIELDS = ("code", "rule", "tag", "key", "severity", "mode", "status", "message", "fix", "value", "source")

Said = tuple[Any, ...]
"""What a finding says, field by field."""

said: attrgetter[Said] = attrgetter(*FIELDS)

Look = tuple[Said, ...]
"""All that is said of one resource."""

Ruled = tuple[Row, Row]
"""A rule and a wording, to be kept."""


class Verdicts:
    """Gives the number of all that is said of a resource."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: Numbers[Look] = Numbers(self._find)

    def of(self, findings: Iterable[Sequence[Finding]]) -> list[int]:
        """Give the numbers of the verdicts on some resources."""
        return self._numbers.of([tuple(map(said, each)) for each in findings])

    def _find(self, looks: Sequence[Look]) -> Mapping[Look, int]:
        ruled = {look: _ruled(look) for look in looks}
        rules = self._kept(rule, (each for pairs in ruled.values() for each, _ in pairs))
        _check(rules.values())
        for pairs in ruled.values():
            for its_rule, its_wording in pairs:
                its_wording["rule_id"] = rules[its_rule["digest"]]
        wordings = self._kept(wording, (each for pairs in ruled.values() for _, each in pairs))
        members = {look: _members(pairs, wordings) for look, pairs in ruled.items()}
        return self._keep(members)

    def _kept(self, table: Any, rows: Iterable[Row]) -> dict[bytes, int]:
        return numbers_of(self._database, table, {row["digest"]: row for row in rows})

    def _keep(self, members: Mapping[Look, Sequence[Row]]) -> dict[Look, int]:
        digests = {look: digest(*(str(row["wording_id"]) for row in rows)) for look, rows in members.items()}
        by_digest = {digests[look]: rows for look, rows in members.items()}

        def keep_members(connection: Connection, new: Mapping[bytes, int]) -> None:
            rows = [{"verdict_id": number, **row} for key, number in new.items() for row in by_digest[key]]
            insert_missing(connection, verdict_wording, rows)

        numbers = numbers_of(self._database, verdict, {key: {} for key in by_digest}, keep_members)
        return {look: numbers[key] for look, key in digests.items()}


def _ruled(look: Look) -> list[Ruled]:
    """Name the rule behind each thing said; what is otherwise alike is told apart by its turn."""
    seen: Counter[tuple[str | None, ...]] = Counter()
    ruled = []
    for values in look:
        texts = dict(zip(FIELDS, map(_storable, values), strict=True))
        named = {field: texts[field] for field in ("code", "rule", "tag")}
        named["key"] = "" if named["tag"] else texts["key"]
        seen[tuple(named.values())] += 1
        nth = seen[tuple(named.values())]
        its_rule = {"digest": digest(*named.values(), str(nth)), **named, "nth": nth}
        ruled.append((its_rule, {"digest": digest(*texts.values(), str(nth)), **texts}))
    return ruled


def _storable(value: object) -> str | None:
    return None if value is None else storable(str(value))


def _members(pairs: Sequence[Ruled], wordings: Mapping[bytes, int]) -> list[Row]:
    rows = [
        {
            "rule_id": its["rule_id"],
            "wording_id": wordings[its["digest"]],
            "life": EXEMPT if its["status"] == "exempt" else OPEN,
        }
        for _, its in pairs
    ]
    return sorted(rows, key=lambda row: row["rule_id"])


def _check(rules: Iterable[int]) -> None:
    if max(rules, default=0) >= 1 << RULE_BITS:
        raise StoreError(f"a store tells no more than {1 << RULE_BITS} rules apart; begin a new one")
