"""CloudFormation templates, SAM ones too: resources, and their tags as far as a template is certain of them.

Tags that a deployment gives to every resource of a stack (`aws cloudformation deploy --tags`) are not in a
template, so they do not count; nor does the default of a parameter, which a deployment may override.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from tagward.resource import Part, Resource
from tagward_service.sources.cloudformation.document import Document, read_document
from tagward_service.sources.cloudformation.notes import about_document, about_entry
from tagward_service.sources.cloudformation.parts import PARTS, Seen
from tagward_service.sources.cloudformation.serverless import global_tags, implied_apis, replaces_globals
from tagward_service.sources.cloudformation.tags import NOTHING, Found, TagReader, under
from tagward_service.sources.cloudformation.types import REPLICATED, SPECIFIED, is_global, tagging_of
from tagward_service.sources.cloudformation.values import Values, unknown
from tagward_service.sources.interface import Content, NotEvaluated, Place, Reading

_IMPLIED = "the API that SAM makes for it is not in the template; declare the API to tag it"


class Template(Struct, frozen=True):
    """A template and what is needed to read its resources."""

    document: Document
    file: str
    place: Place
    values: Values
    globals: Mapping[str, Any]
    launched: dict[tuple[str, str], Found]

    def note(self, name: str, why: str) -> NotEvaluated:
        """Make a note about a resource that is judged all the same."""
        return NotEvaluated(f"{self.file}:{self.document.line('Resources', name)} {name}", why)


def read_template(content: Content, file: str, place: Place) -> Reading:
    """Read the resources of a template; raise InputError or DecodeError when it cannot be read."""
    document = read_document(content, file)
    values = Values(document.section("Parameters"), document.section("Mappings"), place)
    template = Template(document, file, place, values, document.section("Globals"), {})
    resources: list[Resource] = []
    notes = list(about_document(document, file))
    for name, entry in document.section("Resources").items():
        unread = about_entry(document, file, name, entry)
        if unread is not None:
            notes.append(unread)
            continue
        resource, faults = _Entry(name, entry, template).read()
        resources.append(resource)
        notes += (template.note(name, fault) for fault in faults)
    return Reading(file, "CloudFormation template", tuple(resources), tuple(notes))


class _Entry:
    """One entry of `Resources`."""

    def __init__(self, name: str, entry: dict[str, Any], template: Template) -> None:
        properties = entry.get("Properties")
        self.name = name
        self.entry = entry
        self.template = template
        self.native: str = entry["Type"]
        self.properties: dict[str, Any] = properties if isinstance(properties, dict) else {}
        self.tagging = tagging_of(self.native, self.properties)
        self.reader = TagReader(template.values)

    def read(self) -> tuple[Resource, list[str]]:
        """Return the resource, and what is wrong with how its tags are written."""
        own, given = self._own(), self._given()
        tags = under(own, given)
        section = f"Globals.{self.native.rpartition('::')[2]}.Tags"
        place = self.template.place
        resource = Resource(
            cloud="aws",
            type=self.tagging.type,
            address=self.name,
            native=self.native,
            id=self.name,
            name=self._given_name() or self.name,
            account=place.account,
            region="" if is_global(self.native) else place.region,
            file=self.template.file,
            line=self.template.document.line("Resources", self.name),
            place=self.tagging.place,
            tags=tags.tags,
            origins={key: section for key in given.tags if key not in own.tags},
            open=tags.open,
            parts=self._parts(),
            own_billed=self.native != REPLICATED,
            taggability=self.tagging.taggability,
        )
        implied = (f"event `{each}`: {_IMPLIED}" for each in implied_apis(self.native, self.properties))
        return resource, [*dict.fromkeys(self.reader.faults), *implied]

    def _own(self) -> Found:
        value: Any = self.properties
        for step in self.tagging.path:
            value = value.get(step) if isinstance(value, dict) else None
        found = self._read(value)
        macro = next((key for key in (*self.properties, *self.entry) if key.startswith("Fn::")), None)
        return Found(found.tags, found.open or unknown({macro: "..."})) if macro else found

    def _read(self, value: Any) -> Found:
        place = self.tagging.place
        if self.native in SPECIFIED:
            return self.reader.specified(value, place, SPECIFIED[self.native][1])
        return self.reader.read(value, place, self.tagging.kind)

    def _given(self) -> Found:
        """Read the tags that `Globals` give, unless those of the resource replace them."""
        written = global_tags(self.native, self.entry, self.template.globals)
        if written is None or replaces_globals(self.properties.get("Tags")):
            return NOTHING
        return self.reader.read(written, "Globals")

    def _parts(self) -> tuple[Part, ...]:
        find = PARTS.get(self.native)
        if find is None:
            return ()
        resources = self.template.document.section("Resources")
        return tuple(find(Seen(self.properties, self.reader, resources, self.template.launched)))

    def _given_name(self) -> str | None:
        """Return the name that a resource is given: `BucketName` for a bucket, or `Name`."""
        kind = self.native.rpartition("::")[2]
        for key in (f"{kind}Name", "Name"):
            name = self.template.values.text(self.properties.get(key))
            if isinstance(name, str) and name:
                return name
        return None
