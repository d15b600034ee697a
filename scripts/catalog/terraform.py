"""Label attributes of Terraform resource types, read from the TypeScript bindings of the providers."""

import re
import tarfile
from collections.abc import Iterator, Mapping

from scripts.catalog.layout import render
from scripts.catalog.sources import named, package_directory
from scripts.catalog.tables import rows

PROVIDERS = ("aws", "azurerm", "google")
NOTE = (
    "Terraform resource type -> top-level attributes that hold tags or labels, by kind: map, list, block "
    "(nested blocks), computed (read only). An empty entry is a known type without such an attribute. "
    "`nested` lists places below the top level, written by hand and checked against the bindings."
)
ATTRIBUTES = (
    "effective_labels",
    "labels",
    "resource_labels",
    "tag",
    "tag_specifications",
    "tags",
    "tags_all",
    "terraform_labels",
    "user_labels",
    "volume_tags",
)
_RESOURCE_CLASS = re.compile(r"^export declare class \w+ extends cdktn\.TerraformResource \{$", re.MULTILINE)
_TYPE = re.compile(r'static readonly tfResourceType = "([^"]+)"')

SCALARS = ("string;", "number;", "boolean | cdktn.IResolvable;")

Bindings = dict[str, str]


def build() -> str:
    """Return the text of terraform.json. Raises ValueError when a nested place is not in the bindings."""
    bindings = {name: text for provider in PROVIDERS for name, text in read_bindings(provider)}
    sections: dict[str, Mapping[str, object]] = {
        "nested": nested_places(bindings),
        "types": {name: label_attributes(bindings[name]) for name in bindings},
    }
    return render(named(*(f"cdktn-provider-{provider}" for provider in PROVIDERS)), NOTE, sections)


def read_bindings(provider: str) -> Iterator[tuple[str, str]]:
    """Yield each resource type of a provider with its declaration file's text."""
    archive = next((package_directory(f"cdktn_provider_{provider}") / "_jsii").glob("*.tgz"))
    with tarfile.open(archive, "r|gz") as members:
        for member in members:
            if not re.fullmatch(r"package/lib/[^/]+/index\.d\.ts", member.name):
                continue
            stream = members.extractfile(member)
            text = stream.read().decode() if stream else ""
            if _RESOURCE_CLASS.search(text) and (found := _TYPE.search(text)):
                yield found.group(1), text


def label_attributes(text: str) -> dict[str, str]:
    """Return attribute -> kind for one resource's declaration file."""
    settable = _interface(text)
    resource = text[_class_start(text) :]
    found: dict[str, str | None] = {}
    for attribute in ATTRIBUTES:
        name = camel(attribute)
        if declared := re.search(rf"^    readonly {name}\??: (.*)$", settable, re.MULTILINE):
            found[attribute] = kind(declared.group(1))
        elif re.search(rf"^    get {name}\(\): cdktn\.StringMap;$", resource, re.MULTILINE):
            found[attribute] = "computed"
    return {attribute: spelled for attribute, spelled in found.items() if spelled}


def kind(declared: str) -> str | None:
    """Return the kind of a TypeScript property type; None for a scalar, which holds no tags."""
    if declared == "{":
        return "map"
    if declared in SCALARS:
        return None
    return "list" if declared == "string[];" else "block"


def camel(attribute: str) -> str:
    """Return a Terraform attribute as the bindings spell it."""
    head, *tail = attribute.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _interface(text: str) -> str:
    start = text.find("extends cdktn.TerraformMetaArguments {")
    return text[start : text.index("\n}\n", start)] if start >= 0 else ""


def _class_start(text: str) -> int:
    found = _RESOURCE_CLASS.search(text)
    return found.start() if found else len(text)


def nested_places(bindings: Bindings) -> dict[str, list[dict[str, str]]]:
    """Return the hand-written places of tags below the top level, each checked against the bindings."""
    places: dict[str, list[dict[str, str]]] = {}
    for resource, path, place, carries, why in rows("nested", 5):
        for segment in path.split("."):
            if segment != "*" and not re.search(
                rf"^    readonly {camel(segment)}\??:", bindings[resource], re.MULTILINE
            ):
                raise ValueError(f"nested.txt: `{resource}` has no `{segment}` in `{path}`")
        carried = "" if carries == "-" else carries
        places.setdefault(resource, []).append({"path": path, "kind": place, "carries": carried, "why": why})
    return places
