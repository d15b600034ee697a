"""The rules on all tags of a request at once, and the exemptions."""

from tagward.globs import split
from tagward.policy import Exemption, Policy
from tagward_generators.aws_scp.denials import Denied, Denier
from tagward_generators.aws_scp.grading import graded
from tagward_generators.aws_scp.logic import TAG_KEYS, Expression, Test, Unsayable, every, some, unsayable
from tagward_generators.aws_scp.requests import has
from tagward_generators.aws_scp.selecting import selected
from tagward_generators.aws_scp.tag_rules import Outcome
from tagward_generators.aws_scp.violations import TagViolations
from tagward_generators.grading import absent, exact, weaker
from tagward_generators.rules import Rule
from tagward_generators.targets import Fidelity

FORBIDDEN_VALUES = (
    "an SCP sees a value only under a key that it names, and globs would also refuse other values"
)
TOO_MANY = "IAM cannot count tags"
BESIDE_EXCLUDED = "a forbidden key passes beside a key that the list leaves out"


class PolicyRules:
    """What holds for the tags of a request as a whole."""

    def __init__(self, policy: Policy, tags: dict[str, TagViolations], denier: Denier) -> None:
        self.policy = policy
        self.tags = tags
        self.denier = denier

    def compile(self, rule: Rule) -> Outcome:
        """Return the statements for a rule and the row that says how true they are to it."""
        match rule.kind:
            case "forbid.keys":
                return self._forbidden_keys(rule)
            case "limits.closed":
                return self._closed(rule)
            case "forbid.values":
                return (), absent(rule, FORBIDDEN_VALUES)
            case "limits.max_tags":
                return (), absent(rule, TOO_MANY)
            case _:
                return self._exemption(rule)

    def _deny(self, stem: str, subject: str, wrong: Expression) -> Denied:
        return self.denier.deny(f"{stem}On{{service}}", subject, lambda _: wrong)

    def _forbidden_keys(self, rule: Rule) -> Outcome:
        including, excluding = split(self.policy.forbidden_keys)
        refused = _like(including) if including else Test(TAG_KEYS, _globs(excluding), "unlike")
        if including and excluding:
            refused = every(refused, Test(TAG_KEYS, _globs(excluding), "like", negated=True))
        if any("[" in glob for glob in excluding):
            refused = Unsayable("IAM cannot say a character class in a glob that leaves keys out")
        denied = self._deny("RefuseForbiddenKeys", "`forbid.keys`", refused)
        return denied.statements, graded(
            rule, denied, *([BESIDE_EXCLUDED] if including and excluding else ())
        )

    def _closed(self, rule: Rule) -> Outcome:
        known = {tag.request.tag.keys["aws"] for tag in self.tags.values()}
        known |= {alias.key for tag in self.tags.values() for alias in tag.tag.aliases}
        unknown = Test(TAG_KEYS, tuple(sorted(known)), "other") if known else Test(TAG_KEYS, ("*",), "like")
        soft = [tag for tag in self.tags.values() if tag.forgives]
        denied = self._deny("RefuseUnknownKeys", "`limits.closed`", every(unknown, *map(_there, soft)))
        reasons = [
            f"an unknown key passes where `{tag.request.keys[0]}` is missing: it may be that key misspelt, "
            "which is not denied"
            for tag in soft
        ]
        return denied.statements, graded(rule, denied, *reasons)

    def _exemption(self, rule: Rule) -> Outcome:
        exemption = next(each for each in self.policy.exemptions if each.id == rule.subject)
        return (), self._exempted(rule, exemption)

    def _exempted(self, rule: Rule, exemption: Exemption) -> Fidelity:
        covered = [tag for tag in exemption.tags if tag in self.tags]
        if not covered:
            return exact(rule, "covers no tag on AWS")
        if not any(exemption in self.tags[tag].exemptions for tag in covered):
            return exact(rule, f"expired on {exemption.expires}")
        places = (place for creation in self.denier.creations for place in creation.places)
        answers = (selected(exemption.match, place, self.policy.scopes) for place in places)
        unsaid = dict.fromkeys(why for answer in answers for why in unsayable(answer))
        return (
            weaker(rule, *(f"exempts more than it says: {why}" for why in unsaid)) if unsaid else exact(rule)
        )


def _globs(globs: tuple[str, ...]) -> tuple[str, ...]:
    """Spell shell globs as IAM globs: `${` would begin a policy variable."""
    return tuple(glob.replace("${", "${$}{") for glob in globs)


def _like(globs: tuple[str, ...]) -> Expression:
    sayable = _globs(tuple(glob for glob in globs if "[" not in glob))
    tests = (Test(TAG_KEYS, sayable, "like"),) if sayable else ()
    return some(*tests, *(Unsayable(f"IAM cannot say `{glob}`") for glob in globs if "[" in glob))


def _there(tag: TagViolations) -> Expression:
    return has(*tag.request.keys)
