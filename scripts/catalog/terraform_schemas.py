"""The Terraform resources that the modules use, as their providers publish them: arguments and blocks."""

import re
import tarfile
from collections.abc import Iterator
from typing import Any

from scripts.catalog.layout import render
from scripts.catalog.sources import named, package_directory

WANTED: dict[str, dict[str, tuple[str, ...]]] = {
    "aws": {
        "resource": (
            "aws_cloudformation_stack_set",
            "aws_cloudformation_stack_set_instance",
            "aws_cloudwatch_log_group",
            "aws_ecs_task_definition",
            "aws_iam_policy",
            "aws_iam_role",
            "aws_iam_role_policy",
            "aws_iam_role_policy_attachment",
            "aws_organizations_policy",
            "aws_organizations_policy_attachment",
            "aws_scheduler_schedule",
        )
    },
    "azurerm": {
        "resource": (
            "azurerm_management_group_policy_assignment",
            "azurerm_management_group_policy_set_definition",
            "azurerm_policy_definition",
            "azurerm_policy_set_definition",
            "azurerm_role_assignment",
            "azurerm_role_definition",
            "azurerm_subscription_policy_assignment",
            "azurerm_subscription_policy_exemption",
        ),
        "data": ("azurerm_management_group", "azurerm_subscription"),
    },
    "google": {
        "resource": (
            "google_folder_iam_member",
            "google_org_policy_custom_constraint",
            "google_org_policy_policy",
            "google_organization_iam_custom_role",
            "google_organization_iam_member",
            "google_project_iam_custom_role",
            "google_project_iam_member",
        )
    },
    "kubernetes": {"resource": ("kubernetes_manifest",)},
}
"""What the modules under terraform/ use, and what they may come to use; add to it, then `make catalog`."""

NOTE = (
    "`resource`, `data` and `provider`: by name, the arguments with their type and whether they are "
    "required, optional or computed, and the nested blocks, each with its own; `single` says that a block "
    "comes once at most. Read from the TypeScript bindings, which are made from what the providers say of "
    "themselves; endpoints of single services are left out."
)

_DECLARED = re.compile(
    r"/\*\*(?P<doc>(?:(?!\*/).)*)\*/\s*readonly (?P<name>\w+)(?P<optional>\??): (?P<type>\{.*?\}|[^;]+);",
    re.DOTALL,
)
_INTERFACE = re.compile(r"^export interface (\w+)(?: extends [\w.]+)? \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_CLASS = re.compile(r"^export declare class (\w+) extends [\w.]+ \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_ANCHOR = re.compile(r"#(\w+) \w+#\1\}")
_GETTER = re.compile(r"^    get (\w+)\(\): ([^;]+);$", re.MULTILINE)
_TYPES: dict[str, object] = {
    "string": "string",
    "number": "number",
    "boolean | cdktn.IResolvable": "bool",
    "string[]": ["list", "string"],
    "number[]": ["list", "number"],
    "{ [key: string]: string; }": ["map", "string"],
}

Schema = dict[str, Any]


def build() -> str:
    """Return the text of tests/terraform/schemas.json. Raises ValueError for a type that no provider has."""
    sections: dict[str, dict[str, object]] = {"resource": {}, "data": {}, "provider": {}}
    for provider, wanted in WANTED.items():
        files = dict(_declarations(provider, wanted))
        for (section, name), text in files.items():
            sections[section][name] = _schema(text)
        if lost := {(kind, name) for kind, names in wanted.items() for name in names} - files.keys():
            raise ValueError(f"cdktn-provider-{provider}: no {', '.join(name for _, name in sorted(lost))}")
    return render(named(*(f"cdktn-provider-{provider}" for provider in WANTED)), NOTE, sections)


def _declarations(provider: str, wanted: dict[str, tuple[str, ...]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the declaration files of the wanted types and of the provider itself, by section and name."""
    archive = next((package_directory(f"cdktn_provider_{provider}") / "_jsii").glob("*.tgz"))
    with tarfile.open(archive, "r|gz") as members:
        for member in members:
            place = re.fullmatch(r"package/lib/([^/]+)/index\.d\.ts", member.name)
            stream = members.extractfile(member) if place else None
            if place is None or stream is None:
                continue
            text = stream.read().decode()
            found = re.search(r'static readonly tfResourceType = "([^"]+)"', text)
            section = "data" if place[1].startswith("data-") else "resource"
            if place[1] == "provider":
                yield ("provider", provider), text
            elif found and found[1] in wanted.get(section, ()):
                yield (section, found[1]), text


def _schema(text: str) -> Schema:
    interfaces, classes = (dict(pattern.findall(text)) for pattern in (_INTERFACE, _CLASS))
    top = next(name for name in interfaces if name.endswith("Config"))
    return _block(top, top.removesuffix("Config"), interfaces, classes)


def _block(name: str, class_name: str, interfaces: dict[str, str], classes: dict[str, str]) -> Schema:
    """Describe one level: what can be set there, and what can only be read."""
    attributes: Schema = {}
    blocks: Schema = {}
    camels = set()
    for declared in _DECLARED.finditer(interfaces[name]):
        camels.add(declared["name"])
        if declared["name"].endswith("CustomEndpoint"):
            continue
        anchor = _ANCHOR.search(declared["doc"])
        said = anchor[1] if anchor else declared["name"]
        inner = re.match(r"(\w+)(\[\])?(?: \| cdktn\.IResolvable)?$", declared["type"])
        if inner and inner[1] in interfaces and f"* {said} block" in declared["doc"]:
            nested = _block(inner[1], f"{inner[1]}OutputReference", interfaces, classes)
            blocks[said] = nested | {"single": not inner[2], "required": not declared["optional"]}
        else:
            attributes[said] = {"type": _type(declared["type"]), "is": _is(declared["optional"], said)}
    for camel, type_ in _GETTER.findall(classes.get(class_name, "")):
        if not camel.endswith("Input") and camel not in {*camels, "internalValue"}:
            attributes[_snake(camel)] = {"type": _type(type_), "is": "computed"}
    return {"attributes": attributes, "blocks": blocks}


def _is(optional: str, name: str) -> str:
    if not optional:
        return "required"
    return "optional, computed" if name == "id" else "optional"


def _type(declared: str) -> object:
    """Return a type as Terraform writes it in JSON; `dynamic` where the bindings do not tell."""
    return _TYPES.get(" ".join(declared.split()), _TYPES.get(declared.partition(" | ")[0], "dynamic"))


def _snake(camel: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", camel).lower()
