"""AWS service control policies: requests that would create badly tagged resources are denied."""

from datetime import date

from tagward.policy import Policy
from tagward_generators.aws_scp.actions import Creation, creations
from tagward_generators.aws_scp.denials import Denier
from tagward_generators.aws_scp.grading import graded
from tagward_generators.aws_scp.notes import notes
from tagward_generators.aws_scp.packing import pack
from tagward_generators.aws_scp.policy_rules import PolicyRules
from tagward_generators.aws_scp.principals import exempt_principals
from tagward_generators.aws_scp.protecting import protections
from tagward_generators.aws_scp.requests import Tags
from tagward_generators.aws_scp.settings import Settings, settings_of
from tagward_generators.aws_scp.tag_rules import Outcome, TagRules, not_on_aws
from tagward_generators.aws_scp.violations import SURFACE, TagViolations
from tagward_generators.days import changes_on, not_yet
from tagward_generators.grading import absent
from tagward_generators.rules import EVERY_TAG, Rule, rules
from tagward_generators.targets import Artifact, Compilation

KIND = "SERVICE_CONTROL_POLICY"
"""What AWS Organizations calls the type of the policies."""

PROTECT = Rule(EVERY_TAG, "protect", "protect")


class AwsScp:
    """The target `aws-scp`."""

    name = "aws-scp"
    clouds = ("aws",)

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day. Raises CompileError when it cannot fit."""
        settings = settings_of(policy.targets.aws_scp)
        made = creations(policy.targets.aws_scp, settings.partition)
        outcomes = _outcomes(policy, as_of, settings, made)
        statements = [statement for found, _ in outcomes for statement in found]
        documents = pack(statements, settings.max_chars, settings.max_policies)
        return Compilation(
            self.name,
            tuple(
                Artifact(f"{policy.name}-{number}.json", document, KIND)
                for number, document in enumerate(documents, 1)
            ),
            tuple(row for _, row in outcomes),
            notes(settings, made, tuple(map(len, documents))),
            changes_on(policy, as_of, cloud="aws", surface=SURFACE),
        )


def _outcomes(policy: Policy, day: date, settings: Settings, made: tuple[Creation, ...]) -> list[Outcome]:
    """Return what each rule came to; whether removal is denied is one rule more."""
    denier = Denier(made, exempt_principals(settings.exempt_principals, settings.partition))
    shared = Tags(policy, day)
    tags = {tag: TagViolations(request.tag, shared, policy, day) for tag, request in shared.by_id.items()}
    of_tag = {tag: TagRules(each, denier, by_key=settings.by_key) for tag, each in tags.items()}
    of_policy = PolicyRules(policy, tags, denier)

    def outcome(rule: Rule) -> Outcome:
        if rule.tag == EVERY_TAG:
            return of_policy.compile(rule)
        return of_tag[rule.tag].compile(rule) if rule.tag in of_tag else not_on_aws(rule)

    outcomes = [outcome(rule) for rule in rules(policy)]
    if settings.protect:
        outcomes.append(_protect(tags, made, denier, settings.partition))
    return outcomes


def _protect(
    tags: dict[str, TagViolations], made: tuple[Creation, ...], denier: Denier, partition: str
) -> Outcome:
    enforced = [tag for tag in tags.values() if not not_yet(tag.tag, tag.day, SURFACE)]
    services = frozenset(creation.service for creation in made)
    denied = protections(enforced, services, denier, partition)
    if not denied.statements and not denied.reasons:
        return (), absent(PROTECT, "no tag must be there without conditions")
    return denied.statements, graded(PROTECT, denied)
