"""AWS Organizations tag policies: which values a tag may have, how its key is written, where it must be."""

from datetime import date

from tagward.policy import Policy
from tagward_generators.aws_tag_policy.clashes import clashes
from tagward_generators.aws_tag_policy.needs import PLATFORM, SURFACE
from tagward_generators.aws_tag_policy.notes import notes
from tagward_generators.aws_tag_policy.packing import pack
from tagward_generators.aws_tag_policy.policy_rules import PolicyRules
from tagward_generators.aws_tag_policy.resource_types import View
from tagward_generators.aws_tag_policy.settings import Settings, settings_of
from tagward_generators.aws_tag_policy.tag_rules import TagRules
from tagward_generators.days import changes_on
from tagward_generators.grading import not_on
from tagward_generators.rules import EVERY_TAG, Rule, rules
from tagward_generators.targets import Artifact, Compilation, Fidelity
from tagward_generators.violations import Violations

KIND = "TAG_POLICY"
"""What AWS Organizations calls the type of the policies."""

OMITTED = "left out in `targets.aws-tag-policy.omit`"


class AwsTagPolicy:
    """The target `aws-tag-policy`."""

    name = "aws-tag-policy"
    clouds = ("aws",)

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day. Raises CompileError when it cannot fit."""
        settings = settings_of(policy)
        views = View("enforce", settings.enforced_types), View("report", settings.report_types)
        tags = _tags(Violations(policy, PLATFORM, as_of), settings, *views)
        entries = [entry for tag in tags.values() if (entry := tag.entry(locked=settings.lock))]
        documents = pack(entries, settings)
        of_policy = PolicyRules(policy, tags)
        return Compilation(
            self.name,
            tuple(
                Artifact(f"{policy.name}-{number}.json", document, KIND)
                for number, document in enumerate(documents, 1)
            ),
            tuple(_row(rule, tags, of_policy) for rule in rules(policy)),
            notes(entries, views),
            changes_on(policy, as_of, cloud="aws", surface=SURFACE),
        )


def _tags(violations: Violations, settings: Settings, enforce: View, report: View) -> dict[str, TagRules]:
    """Return the tags that AWS resources may carry."""
    kept_out = clashes(violations.tags) | dict.fromkeys(settings.omit, OMITTED)
    return {
        tag: TagRules(facts, violations, enforce, report, kept_out.get(tag, ""))
        for tag, facts in violations.tags.items()
    }


def _row(rule: Rule, tags: dict[str, TagRules], of_policy: PolicyRules) -> Fidelity:
    if rule.tag == EVERY_TAG:
        return of_policy.row(rule)
    return tags[rule.tag].row(rule) if rule.tag in tags else not_on(rule, "aws")
