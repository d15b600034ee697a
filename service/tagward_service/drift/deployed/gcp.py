"""Organization policies of Google Cloud, with application default credentials.

CLOUDSDK_API_ENDPOINT_OVERRIDES_ORGPOLICY, as gcloud has it, names another endpoint; one without TLS, which is
an emulator, gets no credentials.
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from google.api_core.exceptions import GoogleAPIError
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import orgpolicy_v2
from google.cloud.orgpolicy_v2.services.org_policy.transports import OrgPolicyRestTransport

from tagward.errors import UsageError
from tagward_generators.deciding.families import objects
from tagward_service.drift.deployed import Wanted
from tagward_service.drift.sides import Found, NotRead
from tagward_service.outputs.json_text import json_text

ENDPOINT = "CLOUDSDK_API_ENDPOINT_OVERRIDES_ORGPOLICY"

_TARGET = "gcp-org-policy"


def organization_policies(wanted: Wanted) -> Found:
    """Read the custom constraints of a tagward policy, and the policies that enforce them."""
    scope = wanted.scope or ""
    if not scope.startswith("organizations/"):
        raise UsageError("say which organization to look in: `--scope gcp=organizations/NUMBER`")
    place = f"Google Cloud, {scope}"
    try:
        found = dict(_read(_client(), scope, wanted))
    except (GoogleAPIError, GoogleAuthError) as error:
        return Found(place, {}, (NotRead(place, str(error)),))
    return Found(place, found)


def _read(client: Any, scope: str, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Read constraints first: which policies are ours follows from them."""
    ids = {name.rpartition("/")[2] for name in wanted.compiled}
    for constraint in client.list_custom_constraints(parent=scope):
        if _id(constraint) in ids or constraint.display_name.startswith(f"{wanted.policy}: "):
            ids.add(_id(constraint))
            yield from _objects(orgpolicy_v2.CustomConstraint, constraint)
    for parent in [scope, *_parents(wanted)]:
        for policy in client.list_policies(parent=parent):
            if _id(policy) in ids:
                yield from _objects(orgpolicy_v2.Policy, policy)


def _parents(wanted: Wanted) -> list[str]:
    """List the folders and projects for which something is compiled."""
    parents = {name.rpartition("/policies/")[0] for name in wanted.compiled if "/policies/" in name}
    return sorted(parent for parent in parents if parent)


def _objects(kind: Any, message: Any) -> Iterator[tuple[str, str]]:
    """Write a message as the files that are compiled."""
    document = kind.to_dict(
        message,
        use_integers_for_enums=False,
        preserving_proto_field_name=False,
        always_print_fields_with_no_presence=False,
    )
    yield from objects(_TARGET, message.name, json_text(document)).items()


def _id(message: Any) -> str:
    return str(message.name.rpartition("/")[2])


def _client() -> Any:
    override = urlsplit(os.environ.get(ENDPOINT, ""))
    if override.scheme != "http":
        options = {"api_endpoint": override.netloc} if override.netloc else {}
        return orgpolicy_v2.OrgPolicyClient(transport="rest", client_options=options)
    nobody: Any = AnonymousCredentials  # its package is typed in part
    transport = OrgPolicyRestTransport(host=override.netloc, url_scheme="http", credentials=nobody())
    return orgpolicy_v2.OrgPolicyClient(transport=transport)
