"""Whether all constraints fit: Google takes few for each resource type."""

from collections import Counter
from collections.abc import Sequence

from tagward_generators.gcp_org_policy.constraints import Constraint
from tagward_generators.gcp_org_policy.settings import SETTING, Settings
from tagward_generators.targets import CompileError

FEW = 4


def check_counts(constraints: Sequence[Constraint], settings: Settings) -> None:
    """Raise CompileError when a type needs more constraints than it may have."""
    counts = Counter(each.name.type for each in constraints)
    too_many = [name for name, count in counts.items() if count > settings.max_constraints]
    if not too_many:
        return
    worst = max(too_many, key=lambda name: counts[name])
    sizes: Counter[str] = Counter()
    for each in constraints:
        if each.name.type == worst:
            sizes.update(each.sizes)
    largest = sorted(sizes.items(), key=lambda each: (-each[1], each[0]))[:FEW]
    told = ", ".join(f"{tag} {size:,} characters" for tag, size in largest)
    raise CompileError(
        f"{worst} needs {counts[worst]} custom constraints, and `{SETTING}.max_constraints` allows "
        f"{settings.max_constraints} (Google takes 20 for a type, those of others included); largest: {told}"
        "; make fewer tags deny or warn on `cloud`, or give them a `pattern` in place of many values"
    )
