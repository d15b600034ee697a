"""Whether all constraints fit: Google takes few for each resource type."""

from collections.abc import Sequence

from tagward_generators.gcp_org_policy.conditions import Condition
from tagward_generators.gcp_org_policy.settings import SETTING, Settings
from tagward_generators.targets import CompileError

FEW = 4


def check_count(resource_type: str, conditions: Sequence[Condition], settings: Settings) -> None:
    """Raise CompileError when a type needs more constraints than it may have."""
    if len(conditions) <= settings.max_constraints:
        return
    sizes: dict[str, int] = {}
    for condition in conditions:
        for breach in condition.breaches:
            tag = breach.rules[0].tag
            sizes[tag] = sizes.get(tag, 0) + len(breach.text)
    largest = sorted(sizes.items(), key=lambda each: (-each[1], each[0]))[:FEW]
    told = ", ".join(f"{tag} {size:,} characters" for tag, size in largest)
    raise CompileError(
        f"{resource_type} needs {len(conditions)} custom constraints, and `{SETTING}.max_constraints` allows "
        f"{settings.max_constraints} (Google takes 20 for a type, those of others included); largest: "
        f"{told}; make fewer tags deny or warn on `cloud`, or give them a `pattern` in place of many values"
    )
