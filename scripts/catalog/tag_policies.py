"""Resource types of AWS tag policies, per mode, and the tagward types that they mean."""

import json

from scripts.catalog import spellings
from scripts.catalog.layout import render
from scripts.catalog.sources import Source
from scripts.catalog.tables import pairs, rows

SOURCES = (
    Source(
        "AWS Organizations User Guide",
        "orgs_manage_policies_supported-resources-enforcement",
        "2026-09-13",
        "names only",
        "types that tag policies know, per mode; from public copies, dated as other records in one are",
    ),
    Source(
        "terraform-provider-aws",
        "01215bd3c796bfb959315b54b9d9e0a416e50f25",
        "2026-11-21",
        "MPL-2.0, names only",
        "guide tag-policy-compliance, read on that day: how it spells the types",
    ),
)
NOTE = (
    "`types`: resource type of AWS tag policies -> the tagward type that it means (empty: none) "
    "and the fields that take it: enforce (enforced_for), report (report_required_tag_for). `also` is how "
    "another source spells it: which of the two AWS takes is not known. `services`: those whose "
    "`service:ALL_SUPPORTED` a field takes. AWS refuses a policy with a type that it does not know."
)
ALL = "ALL_SUPPORTED"
MODES = {"both": ("enforce", "report"), "enforce": ("enforce",), "report": ("report",)}


def build() -> str:
    """Return the text of tag_policies.json. Raises ValueError when a table names a type twice or amiss."""
    known = {name.casefold(): name for name in json.loads(spellings.build())["types"]}
    also = pairs("tag_policy_spellings")
    services: dict[str, object] = {}
    types: dict[str, object] = {}
    for service, kind, mode in _listed():
        name = f"{service}:{kind}"
        section, key = (services, service) if kind == ALL else (types, name)
        if key in section:
            raise ValueError(f"tag_policy_types.txt: `{name}` comes twice")
        modes = MODES[mode]
        spelled = {"also": also.pop(name)} if name in also else {}
        described = {"type": known.get(f"aws:{name}".casefold(), ""), "modes": modes} | spelled
        section[key] = modes if kind == ALL else described
    if also:
        raise ValueError(f"tag_policy_spellings.txt: no such type: {', '.join(also)}")
    return render(SOURCES, NOTE, {"services": services, "types": types})


def _listed() -> list[tuple[str, str, str]]:
    """Return (service, type, mode) of every entry of the table."""
    return [
        (service, kind, mode)
        for service, mode, kinds in rows("tag_policy_types", 3)
        for kind in kinds.split()
    ]
