"""Where a Terraform resource will live: account and region, as far as the plan is certain of them."""

import re
from collections.abc import Callable

from tagward_service.sources.terraform.configuration import Provider
from tagward_service.sources.terraform.schema import AwsAttributes, AzureAttributes, GoogleAttributes, Json

Where = tuple[str | None, str | None]
"""Account (subscription, project) and region; None when not known, "" when there is no such thing."""

_GLOBAL_AWS = (
    "aws_iam_",
    "aws_cloudfront_",
    "aws_route53_zone",
    "aws_route53_record",
    "aws_organizations_",
    "aws_globalaccelerator_",
    "aws_shield_",
    "aws_budgets_",
)
_ZONE = re.compile(r"(?:.*/)?([a-z]+-[a-z]+\d+)(?:-[a-z])?")
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)(?:/resourceGroups/([^/]+))?", re.IGNORECASE)


def where_of_aws(native: str) -> Callable[[AwsAttributes, Provider], Where]:
    """Return what reads where resources of an AWS type live; some services have no region."""
    return _of_global_aws if native.startswith(_GLOBAL_AWS) else _of_aws


def _of_global_aws(after: AwsAttributes, provider: Provider) -> Where:
    return _of_aws(after, provider)[0], ""


def _of_aws(after: AwsAttributes, provider: Provider) -> Where:
    """Read an ARN where there is one; the provider's own account and region otherwise."""
    account, region = provider.account, provider.region
    if type(after.region) is str:
        region = after.region
    if type(after.arn) is str:
        parts = after.arn.split(":", 5)
        if len(parts) == 6:
            return parts[4] or account, parts[3] or region
    return account, region


def of_google(after: GoogleAttributes, provider: Provider) -> Where:
    """Read the project, and the region or the one that the zone lies in."""
    project = after.project if type(after.project) is str else provider.account
    for place in (after.region, after.location, after.zone):
        if type(place) is str:
            return project, region_of_google(place)
    return project, provider.region


def region_of_google(place: str) -> str:
    """Return the region of a place, which may be a zone, a region or several of them."""
    found = _ZONE.fullmatch(place)
    return found[1] if found else place.rsplit("/", 1)[-1].lower()


def of_azure(after: AzureAttributes, provider: Provider) -> Where:
    """Read the subscription out of an id, and the location."""
    account = subscription_of(after) or provider.account
    location = after.location
    return account, region_of_azure(location) if type(location) is str else None


def region_of_azure(location: str) -> str:
    """Write a location without blanks and capitals."""
    return location.replace(" ", "").lower()


def subscription_of(after: AzureAttributes) -> str | None:
    """Return the subscription that the id of the resource or of its parent names."""
    if type(after.subscription_id) is str:
        return after.subscription_id
    return _segment(after.id, 1) or _segment(after.parent_id, 1)


def resource_group_of(after: AzureAttributes) -> str | None:
    """Return the name of the resource group, from the attribute or from the id of the parent."""
    if type(after.resource_group_name) is str:
        return after.resource_group_name
    return _segment(after.parent_id, 2) or _segment(after.id, 2)


def _segment(identifier: Json, group: int) -> str | None:
    found = _SUBSCRIPTION.match(identifier) if type(identifier) is str else None
    return found[group] if found else None
