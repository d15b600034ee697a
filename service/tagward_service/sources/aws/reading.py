"""Reading one API of one account and region by its table: list, ask for the tags, make resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Event
from typing import Any

from msgspec import Struct

from tagward.resource import NO_TAGS, Resource, Taggability
from tagward_service.scan.interface import Found
from tagward_service.sources.aws.answers import filled, filled_or_empty, items, member, tags_of
from tagward_service.sources.aws.bulk import AT_A_TIME, Bulk
from tagward_service.sources.aws.kinds import Api, Asked, Detail, Inline, Kind
from tagward_service.sources.aws.pages import pages
from tagward_service.sources.aws.problems import Gone, Odd, Refused, asking
from tagward_service.sources.aws.types import name_of, native_of
from tagward_service.sources.interface import NotEvaluated

PATIENCE = 10
"""How many resources in a row may be refused before the type is given up: a permission is missing then."""


class Where(Struct, frozen=True):
    """Where an API is asked."""

    account: str
    region: str
    partition: str = "aws"

    def __str__(self) -> str:
        return f"{self.account} {self.region}"


class Listed(Struct, frozen=True):
    """One item of a list: what templates are filled with, and its ARN as soon as that is known."""

    values: Mapping[str, Any]
    arn: str = ""


class Reader:
    """Reads one type of resource of one API, in one place."""

    def __init__(self, api: Api, kind: Kind, client: Any, where: Where, bulk: Bulk, stop: Event) -> None:
        self.api = api
        self.kind = kind
        self.type = api.type_of(kind)
        self.tagging = api.tagging_of(kind)
        self._client = client
        self._where = where
        self._bulk = bulk
        self._stop = stop
        self._refused = 0

    def read(self) -> Iterator[Found]:
        """Read every resource; what could not be read comes as NotEvaluated. Raise ReadError."""
        try:
            for batch in _batches(self._listed(), self._at_a_time):
                if self._stop.is_set():
                    return
                yield from self._resources(batch)
        except Refused as refused:
            yield NotEvaluated(f"{self.type} in {self._where}", refused.why, incomplete=refused.incomplete)

    @property
    def _at_a_time(self) -> int:
        how = self.tagging
        return how.many if isinstance(how, Asked) and how.many > 1 else AT_A_TIME

    def _listed(self) -> Iterator[Listed]:
        for parent, given in self._parents():
            for item in self._list(self.kind.list, self.kind.items, {**self._given(), **given}):
                if not self._left_out(item):
                    yield Listed(self._values(item, parent))

    def _parents(self) -> Iterator[tuple[str, dict[str, str]]]:
        under = self.kind.under
        if under is None:
            yield "", {}
            return
        for item in self._list(under.list, under.items, {}):
            yield item, {under.parameter: item}

    def _list(self, operation: str, path: str, given: Mapping[str, Any]) -> Iterator[Any]:
        permission = self.api.permission(operation)
        size = (self.kind.page or self.api.page) if operation == self.kind.list else 0
        for page in pages(self._client, operation, given, permission=permission, page=size, stop=self._stop):
            yield from items(page, path)

    def _given(self) -> dict[str, Any]:
        place = {"region": self._where.region}
        return {
            name: filled(value, place) if isinstance(value, str) else list(value)
            for name, value in self.kind.given.items()
        }

    def _left_out(self, item: Any) -> bool:
        if self.kind.owner and member(item, self.kind.owner) not in (None, "", self._where.account):
            return True
        found = ((str(member(item, path)).casefold(), values) for path, values in self.kind.skip.items())
        return any(value in values for value, values in found)

    def _values(self, item: Any, parent: str) -> dict[str, Any]:
        whole = {"item": item, "last": item.rpartition("/")[2]} if isinstance(item, str) else item
        where = self._where
        return {
            **whole,
            "parent": parent,
            "partition": where.partition,
            "region": where.region,
            "account": where.account,
        }

    def _resources(self, batch: Sequence[Listed]) -> Iterator[Found]:
        """Make resources of what was listed, asking for what the list does not say."""
        named: list[Listed] = []
        for each in batch:
            try:
                named.append(self._named(each))
            except Refused as refused:
                yield self._unread(each, self._again(refused))
        try:
            known = self._known(named)
        except Refused as refused:
            for each in named:
                yield self._unread(each, self._again(refused))
            return
        for each in named:
            if self._stop.is_set():
                return
            yield self._tagged(each, known.get(each.arn))

    def _tagged(self, listed: Listed, tags: dict[str, str] | None) -> Found:
        """Make a resource with its tags; ask for them where nobody told them yet."""
        how = self.tagging
        if tags is None and isinstance(how, Asked) and how.many == 1:
            try:
                tags = self._asked(how, listed)
            except Refused as refused:
                return self._unread(listed, self._again(refused))
        if tags is None:
            return NotEvaluated(listed.arn, "it was gone when its tags were asked for")
        self._refused = 0
        return self._resource(listed.arn, tags)

    def _named(self, listed: Listed) -> Listed:
        values = self._detailed(self.kind.detail, listed.values) if self.kind.detail else listed.values
        arn = self.kind.arn
        if "{" not in arn:
            arn = filled(f"{{{arn}}}", values)
        elif arn.startswith("arn:"):
            arn = filled(arn, values)
        else:
            arn = filled(f"arn:{{partition}}:{self.api.service}:{{region}}:{{account}}:{arn}", values)
        return Listed({**values, "arn": arn}, arn)

    def _detailed(self, detail: Detail, values: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {name: filled_or_empty(value, values) for name, value in detail.parameters.items()}
        answer = self._call(detail.operation, {name: value for name, value in given.items() if value})
        more = member(answer, detail.answer) if detail.answer else answer
        if not isinstance(more, Mapping):
            raise Odd(f"`{self.api.permission(detail.operation)}` answered without `{detail.answer}`")
        return {**values, **more}

    def _known(self, batch: Sequence[Listed]) -> dict[str, dict[str, str]]:
        """Return the tags that can be told at once, by ARN."""
        how = self.tagging
        if isinstance(how, Inline):
            return {each.arn: tags_of(member(each.values, how.path)) for each in batch}
        if how.many == 1:
            return self._bulk.tags([each.arn for each in batch])
        arns = {filled(how.value, each.values): each.arn for each in batch}
        answer = self._call(how.operation, {how.parameter: list(arns)}) if arns else {}
        found = {entry.get(how.key): entry.get("Tags") for entry in items(answer, how.answer)}
        return {arn: tags_of(found[value]) for value, arn in arns.items() if value in found}

    def _asked(self, how: Asked, listed: Listed) -> dict[str, str]:
        try:
            pages_ = self._list(how.operation, how.answer, {how.parameter: filled(how.value, listed.values)})
            found: dict[str, str] = {}
            for each in pages_:
                found |= tags_of(each)
        except Gone as gone:
            if gone.code != how.untagged:
                raise
            return {}
        return found

    def _call(self, operation: str, given: Mapping[str, Any]) -> Any:
        from botocore import xform_name

        with asking(self.api.permission(operation)):
            return getattr(self._client, xform_name(operation))(**given)

    def _resource(self, arn: str, tags: dict[str, str]) -> Resource:
        return Resource(
            cloud="aws",
            type=self.type,
            address=arn,
            native=native_of(self.type),
            id=arn,
            name=name_of(arn, tags),
            account=self._where.account,
            region=self._where.region,
            namespace="",
            tags=tags or NO_TAGS,
            taggability=self._taggability,
        )

    @property
    def _taggability(self) -> Taggability:
        told = self.tagging.operation if isinstance(self.tagging, Asked) else self.kind.list
        return Taggability(True, f"`{self.api.permission(told)}` answers with its tags")

    def _unread(self, listed: Listed, refused: Refused) -> NotEvaluated:
        what = listed.arn or f"{self.type} {listed.values.get('item', '')}".strip()
        return NotEvaluated(f"{what} in {self._where}", refused.why, incomplete=refused.incomplete)

    def _again(self, refused: Refused) -> Refused:
        """Count what is refused one by one, and give up when it is everything."""
        self._refused += refused.incomplete
        if self._refused > PATIENCE:
            raise refused
        return refused


def _batches(listed: Iterable[Listed], size: int) -> Iterator[list[Listed]]:
    """Gather what is listed; what came before a refusal is not lost with the rest."""
    batch: list[Listed] = []
    try:
        for each in listed:
            batch.append(each)
            if len(batch) == size:
                yield batch
                batch = []
    except Refused:
        yield batch
        raise
    if batch:
        yield batch
