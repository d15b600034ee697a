"""The published schemas of Azure Resource Manager: what they have against the body of a policy resource.

They describe bodies as they stand in templates, where the expressions of a policy are written with a second
bracket, so that they are not evaluated too soon.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

SCHEMAS = Path(__file__).parent / "arm_schemas"
HOST = "https://schema.management.azure.com/schemas"

ELSEWHERE: dict[str, dict[str, Any]] = {
    f"{HOST}/common/definitions.json": {
        "definitions": {"expression": {"type": "string", "pattern": r"^\[([^\[].*)?\]$"}}
    },
    f"{HOST}/2018-05-01/Microsoft.Resources.Deployments.json": {"definitions": {"DeploymentProperties": {}}},
}
"""What the schemas refer to outside of themselves."""


def complaints(body: dict[str, Any]) -> Iterator[str]:
    """Say what is wrong with a body, and with the rule in it."""
    kind = body["type"].rpartition("/")[2]
    file = "exemptions" if kind == "policyExemptions" else "authorization"
    yield from _against(file, f"/subscription_resourceDefinitions/{kind}", in_template(body))
    if "policyRule" in body["properties"]:
        yield from _against("policy_rule", "", body["properties"]["policyRule"])


def in_template(written: Any) -> Any:
    """Write a body as it stands in a template."""
    if isinstance(written, dict):
        return {key: in_template(value) for key, value in written.items()}
    if isinstance(written, list):
        return list(map(in_template, written))
    return f"[{written}" if isinstance(written, str) and written.startswith("[") else written


def _against(file: str, pointer: str, document: Any) -> Iterator[str]:
    for error in _validator(file, pointer).iter_errors(document):
        yield f"{file} {list(error.absolute_path)}: {error.message[:300]}"


@cache
def _validator(file: str, pointer: str) -> Draft4Validator:
    schema = _read(file)
    resources = [
        (schema["id"].rstrip("#"), schema),
        *((address, {"id": address, **each}) for address, each in ELSEWHERE.items()),
    ]
    registry: Registry[Any] = Registry().with_resources(
        (address, Resource.from_contents(each, default_specification=DRAFT4)) for address, each in resources
    )
    return Draft4Validator({"$ref": f"{schema['id'].rstrip('#')}#{pointer}"}, registry=registry)


def _read(file: str) -> Any:
    return json.loads((SCHEMAS / f"{file}.json").read_text())
