"""What an input file is, told by its content and never by its name."""

from __future__ import annotations

import re
from enum import Enum

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tagward.errors import InputError
from tagward_service.sources.interface import Content

LOOK = 64 * 1024
"""Bytes at the start that are looked at before anything is decoded."""


class Kind(Enum):
    """The kinds of input that have a reader."""

    PLAN = "Terraform plan"
    STATE = "Terraform state"
    MANIFEST_JSON = "Kubernetes manifests in JSON"
    MANIFEST_YAML = "Kubernetes manifests in YAML"
    TEMPLATE = "CloudFormation template"


class OtherFileError(InputError):
    """A file of another trade, which nobody would take for a plan, a state, a manifest or a template."""


class Members(Struct):
    """The top-level keys of a JSON object that tell what it is; values are skipped, not decoded."""

    resource_changes: Raw | UnsetType = UNSET
    planned_values: Raw | UnsetType = UNSET
    plan_format_version: Raw | UnsetType = UNSET
    resource_drift: Raw | UnsetType = UNSET
    prior_state: Raw | UnsetType = UNSET
    configuration: Raw | UnsetType = UNSET
    output_changes: Raw | UnsetType = UNSET
    variables: Raw | UnsetType = UNSET
    format_version: Raw | UnsetType = UNSET
    terraform_version: Raw | UnsetType = UNSET
    values: Raw | UnsetType = UNSET
    version: Raw | UnsetType = UNSET
    serial: Raw | UnsetType = UNSET
    lineage: Raw | UnsetType = UNSET
    apiVersion: Raw | UnsetType = UNSET  # noqa: N815
    kind: Raw | UnsetType = UNSET
    uid: Raw | UnsetType = UNSET
    operation: Raw | UnsetType = UNSET
    AWSTemplateFormatVersion: Raw | UnsetType = UNSET
    Resources: Raw | UnsetType = UNSET


Found = dict[str, bytes]
"""Top-level keys and how their values begin."""

_BLANK = b" \t\r\n"
_MOST_MEMBERS = 64
_MOST_VALUE = 256
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_MEMBER = re.compile(
    rb"\s*(" + _STRING + rb")\s*:\s*(?:(" + _STRING + rb'|[^\s"{}\[\],]+)\s*(,?)|([{\[]))', re.DOTALL
)
_FLOW_YAML = re.compile(rb"\s*\{\s*(?:apiVersion|kind|metadata)\s*:")
_API_VERSION = re.compile(rb"""(?:^|\n)(?:- )?["']?apiVersion["']?[ \t]*:""")
_KIND = re.compile(rb"""\n(?:[- ] )?["']?kind["']?[ \t]*:|^(?:- )?["']?kind["']?[ \t]*:""")
_NO_MANIFEST = re.compile(
    rb"""(?:^|\n)["']?apiVersion["']?[ \t]*:[ \t]*["']?(?:tagward/|kustomize\.config\.k8s\.io/)"""
    rb"""|\ncurrent-context[ \t]*:"""
)
_FLOW_TEMPLATE = re.compile(rb"\s*\{\s*(?:AWSTemplateFormatVersion|Resources)\s*:")
_TEMPLATE = re.compile(rb"""(?:^|\n)["']?(AWSTemplateFormatVersion|Resources)["']?[ \t]*:""")
_INDENT = re.compile(rb"(?:[ \t]*+(?:(?:#|---)[^\n]*+)?\r?\n)*+( ++)(?![\s#-])")
_NATIVE = re.compile(rb"""Type["']?[ \t]*:\s*["']?[A-Za-z0-9]+::[A-Za-z0-9]""")
_MENTIONS = (re.compile(rb"apiVersion[\"']?[ \t]*:"), re.compile(rb"kind[\"']?[ \t]*:"))

_PLAN = {"resource_changes", "planned_values", "plan_format_version", "resource_drift"}
_PLAN_BESIDE_FORMAT = {"prior_state", "configuration", "output_changes", "variables"}
_SHOWN = {"format_version", "terraform_version"}
_REQUEST = {"uid", "kind", "operation"}
_NO_MANIFEST_APIS = (b'"tagward/', b'"kustomize.config.k8s.io/')
_SMALL = 1024
_MOST_TEMPLATE = 1 << 20
_MOST_IN_ARRAY = 16 << 20


def detect_kind(content: Content, file: str) -> Kind:
    """Tell what an input is; raise InputError when no reader takes it."""
    head = bytes(content[:LOOK])
    if b"\0" in head or not head.strip(_BLANK):
        from tagward_service.sources.mistakes import no_text

        raise no_text(content, head, file)
    is_json = head.lstrip(_BLANK)[:1] in (b"{", b"[")
    return _detect_json(content, head, file) if is_json else _detect_text(content, head, file)


def _detect_json(content: Content, head: bytes, file: str) -> Kind:
    found = first_members(head)
    kind = kind_of(found)
    if kind is None and _FLOW_YAML.match(head):
        return Kind.MANIFEST_YAML
    if kind is None and _FLOW_TEMPLATE.match(head):
        return Kind.TEMPLATE
    if kind is None:
        found |= _all_members(content, head, file)
        kind = kind_of(found) or _empty_state(content, found) or _unversioned(content, found)
    if kind is not None:
        return kind
    from tagward_service.sources.mistakes import other_json

    raise other_json(content, found, file)


def _detect_text(content: Content, head: bytes, file: str) -> Kind:
    outdented = _outdented(head)
    if not _is_manifest(outdented) and _is_template(content):
        return Kind.TEMPLATE
    if _is_manifest(outdented) or (len(content) > LOOK and _mentions_manifest(content)):
        return Kind.MANIFEST_YAML
    from tagward_service.sources.mistakes import other_text

    raise other_text(head, file)


def _outdented(text: bytes) -> bytes:
    """Take away the indentation of a document that begins indented, as YAML allows."""
    match = _INDENT.match(text)
    return re.sub(rb"(?m)^" + match[1], b"", text) if match else text


def _is_manifest(head: bytes) -> bool:
    has_both = _API_VERSION.search(head) is not None and _KIND.search(head) is not None
    return has_both and _NO_MANIFEST.search(head) is None


def _is_template(content: Content) -> bool:
    """Tell a template by its version, or by resources whose types are written as CloudFormation does."""
    start = _outdented(bytes(content[:_MOST_TEMPLATE]))
    names = {match[1] for match in _TEMPLATE.finditer(start)}
    return b"AWSTemplateFormatVersion" in names or (bool(names) and _NATIVE.search(start) is not None)


def _mentions_manifest(content: Content) -> bool:
    # Patterns that begin with letters are searched fast, whatever the size and the line breaks.
    return all(pattern.search(content) for pattern in _MENTIONS)


def first_members(head: bytes) -> Found:
    """Read the first keys of a JSON object (or of the first object of an array), up to a nested value."""
    found: Found = {}
    at = len(head) - len(head.lstrip(_BLANK + b"[{"))
    while len(found) < _MOST_MEMBERS:
        match = _MEMBER.match(head, at)
        if match is None:
            break
        found[match[1][1:-1].decode(errors="replace")] = (match[2] or match[4])[:_MOST_VALUE]
        if not match[3]:
            break
        at = match.end()
    return found


def _all_members(content: Content, head: bytes, file: str) -> Found:
    is_array = head.lstrip(_BLANK)[:1] == b"["
    if is_array and len(content) > _MOST_IN_ARRAY:
        return {}
    try:
        members = _first_of_array(content) if is_array else msgspec.json.decode(content, type=Members)
    except msgspec.ValidationError:
        return {}
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        from tagward_service.sources.mistakes import broken_json

        raise broken_json(content, file, error) from None
    values = ((name, getattr(members, name)) for name in Members.__struct_fields__)
    return {name: bytes(memoryview(raw)[:_MOST_VALUE]) for name, raw in values if raw is not UNSET}


def _first_of_array(content: Content) -> Members:
    objects = msgspec.json.decode(content, type=list[Members])
    return objects[0] if objects else Members()


def kind_of(found: Found) -> Kind | None:
    """Tell the kind from top-level keys and how their values begin; None when they do not tell."""
    keys = found.keys()
    if keys & _PLAN or ("format_version" in keys and keys & _PLAN_BESIDE_FORMAT):
        return Kind.PLAN
    if "values" in keys and keys & _SHOWN:
        return Kind.STATE
    if found.get("version") == b"4" and keys & {"serial", "lineage"}:
        return Kind.STATE
    if "AWSTemplateFormatVersion" in keys:
        return Kind.TEMPLATE
    return Kind.MANIFEST_JSON if _is_object_of_kubernetes(found) else None


def _is_object_of_kubernetes(found: Found) -> bool:
    version, kind = found.get("apiVersion", b""), found.get("kind", b"")
    if kind[:1] == b"{":
        return found.keys() >= _REQUEST
    is_text = version[:1] == kind[:1] == b'"'
    is_kubeconfig = (version, kind) == (b'"v1"', b'"Config"')
    return is_text and not is_kubeconfig and not version.startswith(_NO_MANIFEST_APIS)


def _unversioned(content: Content, found: Found) -> Kind | None:
    has_resources = found.get("Resources", b"")[:1] == b"{"
    return Kind.TEMPLATE if has_resources and _NATIVE.search(content) else None


def _empty_state(content: Content, found: Found) -> Kind | None:
    # What `terraform show -json` prints where nothing has been applied yet.
    if not found or found.keys() > _SHOWN or len(content) > _SMALL:
        return None
    try:
        keys = msgspec.json.decode(content, type=dict[str, Raw]).keys()
    except (msgspec.ValidationError, UnicodeDecodeError):  # the keys that Members skips are not decoded there
        return None
    return Kind.STATE if keys <= _SHOWN and "format_version" in keys else None
