"""What to know before applying the files."""

from collections.abc import Iterator, Sequence

from tagward.catalog import gcp_constraints
from tagward_generators.gcp_org_policy.constraints import Constraint
from tagward_generators.gcp_org_policy.covering import Covered
from tagward_generators.gcp_org_policy.settings import NO_ORGANIZATION, SETTING, Settings

APPLY = (
    "apply the constraints first, `gcloud org-policies set-custom-constraint FILE` for each "
    "*.constraint.yaml, then `gcloud org-policies set-policy FILE` for each *.policy*.yaml, with "
    "`--update-mask=dryRunSpec` for dry runs and `--update-mask=spec` for the others; a policy takes up to "
    "15 minutes to hold"
)
PLACEHOLDER = f"set `{SETTING}.organization`, or replace {NO_ORGANIZATION} in the files"
DRY_FIRST = f"roll out with `{SETTING}.dry_run: true` and read the audit log before anything is denied"
MANAGED = (
    "VMs that GKE, Dataproc and instance groups start are judged too: give their node pools, clusters and "
    "templates the labels"
)
SOFT = "Google prefers tags to labels in constraints on buckets, as more people may set labels"
REMOVED = (
    f"labels can still be removed later: add UPDATE to `{SETTING}.methods` once what exists carries its "
    "labels, for it keeps a resource without them from being changed in any way"
)
TAGS = (
    "the files *-tags-* ask for Resource Manager tags, which are no labels: no report of tagward sees them, "
    "and mandatory tags are a preview"
)


def notes(settings: Settings, types: Sequence[Covered], constraints: Sequence[Constraint]) -> tuple[str, ...]:
    """List what the files cannot say for themselves."""
    names = [each.name for each in types]
    return (
        APPLY,
        *((PLACEHOLDER,) if settings.organization == NO_ORGANIZATION else ()),
        *(() if settings.dry_run else (DRY_FIRST,)),
        *((MANAGED,) if "compute.googleapis.com/Instance" in names else ()),
        *((SOFT,) if "storage.googleapis.com/Bucket" in names else ()),
        *(() if "UPDATE" in settings.methods else (REMOVED,)),
        *_evidence(types),
        *_left_out(types),
        *_counts(settings, constraints),
        *((TAGS,) if settings.tag_keys else ()),
    )


def _evidence(types: Sequence[Covered]) -> Iterator[str]:
    """Say which types Google's own pages do not vouch for."""
    for evidence, words in (
        ("community", "Google does not say, others who tried it do"),
        ("unverified", "nobody says; Google refuses a constraint on a field that it does not know"),
    ):
        names = [each.name for each in types if each.evidence == evidence]
        if names:
            yield f"that constraints can ask for labels of {', '.join(names)}, {words}"


def _left_out(types: Sequence[Covered]) -> Iterator[str]:
    data = gcp_constraints()
    untried = sorted(data.types.keys() - {each.name for each in types})
    yield (
        f"{len(types)} resource types are judged, every other one is left to the scan: custom constraints "
        f"know no labels of {', '.join(data.without)}, and others take no constraints at all"
    )
    if untried:
        yield f"left out by the settings: {', '.join(untried)}"


def _counts(settings: Settings, constraints: Sequence[Constraint]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for each in constraints:
        counts[each.name.type] = counts.get(each.name.type, 0) + 1
    most = max(counts.values(), default=0)
    sizes = [len(each.condition) for each in constraints]
    if sizes:
        yield (
            f"{len(constraints)} constraints, at most {most} for one type of the {settings.max_constraints} "
            "that may be (Google takes 20 for a type, those of others included); the longest condition has "
            f"{max(sizes)} of 1,000 characters"
        )
