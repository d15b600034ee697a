"""What to know before attaching the policies."""

from collections.abc import Iterable, Iterator, Sequence

from tagward.catalog import ALL_SUPPORTED
from tagward_generators.aws_tag_policy.entries import Entry
from tagward_generators.aws_tag_policy.resource_types import View

MANAGEMENT = (
    "tag policies bind every account below what they are attached to, the management account too, and hold "
    "for requests that set tags: what is there already stays"
)
CASE = (
    "a key that differs from one of the policy by case only is refused wherever the tag is enforced, even "
    "beside the right key; evaluation leaves it alone there"
)
IAC = (
    "`report_required_tag_for` stops nobody by itself: activate the CloudFormation hook "
    "AWS::TagPolicies::TaggingComplianceValidator, and `tag_policy_compliance` of the Terraform provider"
)
GROWS = f"`service:{ALL_SUPPORTED}` includes the types that AWS adds to a service later"

OTHERS = (
    "in view are S3 and the services that aws-scp looks at by default; types of others are looked at where a "
    "requirement, or `enforced_types` or `report_types` in `targets.aws-tag-policy`, names them"
)


def notes(entries: Iterable[Entry], views: Sequence[View]) -> tuple[str, ...]:
    """List what the policies cannot say for themselves."""
    every = tuple(entries)
    enforced = any(entry.enforced for entry in every)
    required = any(entry.required for entry in every)
    whole = any(
        name.endswith(ALL_SUPPORTED) for entry in every for name in (*entry.enforced, *entry.required)
    )
    return (
        *((MANAGEMENT,) if every else ()),
        *((CASE,) if enforced else ()),
        *((IAC,) if required else ()),
        *((GROWS,) if whole else ()),
        *((OTHERS,) if every and any(view.by_setting is None for view in views) else ()),
        *(note for view in views for note in _of_view(view)),
    )


def _of_view(view: View) -> Iterator[str]:
    unknown = view.unknown()
    if unknown:
        named = ", ".join(unknown)
        yield f"AWS did not list these for {view.field}, and refuses a type that it does not know: {named}"
