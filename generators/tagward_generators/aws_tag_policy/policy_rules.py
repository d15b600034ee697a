"""The rules on all tags of a resource at once, and the exemptions: a tag policy says little of them."""

from collections.abc import Iterator, Mapping

from tagward.policy import Exemption, Policy
from tagward_generators.aws_tag_policy.needs import EXEMPT
from tagward_generators.aws_tag_policy.resource_types import in_short
from tagward_generators.aws_tag_policy.tag_rules import TagRules
from tagward_generators.grading import absent, exact, weaker
from tagward_generators.rules import Rule
from tagward_generators.targets import Fidelity

UNSAYABLE = {
    "forbid.keys": "a tag policy names each key whole, and refuses every other case of it too",
    "forbid.values": "a tag policy lists what a tag may say, never what it may not",
    "limits.closed": "a tag policy says nothing of keys that it does not name",
    "limits.max_tags": "a tag policy cannot count tags",
}


class PolicyRules:
    """What holds for the tags of a resource as a whole."""

    def __init__(self, policy: Policy, tags: Mapping[str, TagRules]) -> None:
        self.policy = policy
        self.tags = tags

    def row(self, rule: Rule) -> Fidelity:
        """Say how true the policies are to a rule."""
        if rule.kind in UNSAYABLE:
            return absent(rule, UNSAYABLE[rule.kind])
        return self._exemption(rule)

    def _exemption(self, rule: Rule) -> Fidelity:
        exemption = next(each for each in self.policy.exemptions if each.id == rule.subject)
        covered = [self.tags[tag] for tag in exemption.tags if tag in self.tags]
        if not covered:
            return exact(rule, "covers no tag on AWS")
        if not any(exemption in each.tag.exemptions for each in covered):
            return exact(rule, f"expired on {exemption.expires}")
        reasons = tuple(dict.fromkeys(why for each in covered for why in _beyond(each, exemption)))
        return weaker(rule, *reasons) if reasons else exact(rule)


def _beyond(tag: TagRules, exemption: Exemption) -> Iterator[str]:
    """Say what is not enforced, for all that an exemption covers only a part of it."""
    for view, reach in ((tag.enforce, tag.enforced), (tag.report, tag.required)):
        spared = reach.left_out.get(EXEMPT, ())
        partly = [name for name in spared if any(tag.needs.unsaid(view.meant(name), exemption))]
        if partly:
            why = next(tag.needs.unsaid(view.meant(partly[0]), exemption))
            yield f"exempts more than it says, as {why}: {in_short(tuple(partly))}"
