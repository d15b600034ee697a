"""The settings of the target, with what they are when nobody sets them."""

from msgspec import UNSET, Struct, convert

from tagward.judging.spelling import nearest
from tagward.language import AwsTagPolicy
from tagward.policy import Policy
from tagward_generators.targets import CompileError


class Settings(Struct, frozen=True):
    """How to compile; the limits are the quotas of AWS Organizations. None: the types that are known."""

    enforced_types: tuple[str, ...] | None = None
    report_types: tuple[str, ...] | None = None
    omit: tuple[str, ...] = ()
    lock: bool = False
    max_chars: int = 10_000
    max_policies: int = 10


def settings_of(policy: Policy) -> Settings:
    """Fill in what a policy leaves open. Raises CompileError when it leaves out a tag that is not there."""
    given: AwsTagPolicy = policy.targets.aws_tag_policy
    named = {field: getattr(given, field) for field in Settings.__struct_fields__}
    settings = convert({field: value for field, value in named.items() if value is not UNSET}, Settings)
    refusals = [_refusal(tag, policy) for tag in settings.omit if policy.tag(tag) is None]
    if refusals:
        raise CompileError("; ".join(refusals))
    return settings


def _refusal(tag: str, policy: Policy) -> str:
    close = nearest(tag, [each.id for each in policy.tags])
    hint = f"; did you mean `{close}`?" if close else ""
    return f"`{tag}` in `targets.aws-tag-policy.omit` is not a tag of the policy{hint}"
