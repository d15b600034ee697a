"""Google Cloud resource types whose labels an organization policy can ask for, and how sure that is."""

from scripts.catalog.layout import render
from scripts.catalog.sources import Source
from scripts.catalog.tables import pairs, rows

SOURCES = (
    Source(
        "Google Cloud documentation",
        "custom constraints of Compute Engine, Cloud Storage and Cloud Run; mandatory tags",
        "2026-11-21",
        "names only",
        "where labels are a use of custom constraints, and where they are not; read in public copies",
    ),
    Source(
        "GoogleCloudPlatform/professional-services",
        "25d36a10, tools/custom-organization-policy-library",
        "2026-11-21",
        "Apache-2.0, names only",
        "constraints on labels that Google publishes as samples",
    ),
    Source(
        "uriarriaga/gcp-org-label-enforcer",
        "README",
        "2026-11-21",
        "names only",
        "types whose labels its author reports to have enforced",
    ),
)
NOTE = (
    "`types`: resource type -> the field of `resource` that holds its labels, the methods it can be asked "
    "on, and the evidence: docs (Google says so), community (somebody tried it) or unverified (the type "
    "takes constraints and has labels, no more is known; Google refuses a constraint on a field that it does "
    "not know). "
    "`without`: types that take constraints, not on labels. `tag_keys`: types for which a Resource Manager "
    "tag can be made mandatory."
)
EVIDENCE = ("docs", "community", "unverified")


def build() -> str:
    """Return the text of gcp_constraints.json. Raises ValueError when a table is amiss."""
    types: dict[str, object] = {}
    for name, field, methods, evidence, why in rows("gcp_label_fields", 5):
        if name in types or evidence not in EVIDENCE:
            raise ValueError(f"gcp_label_fields.txt: `{name}` comes twice, or `{evidence}` is no evidence")
        types[name] = {"field": field, "methods": methods.split(","), "evidence": evidence, "why": why}
    without = pairs("gcp_without_labels")
    if both := sorted(types.keys() & without):
        raise ValueError(f"gcp_without_labels.txt: has labels too: {', '.join(both)}")
    return render(SOURCES, NOTE, {"types": types, "without": without, "tag_keys": pairs("gcp_tag_keys")})
