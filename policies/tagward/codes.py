"""What each finding code means, with an example and the way to put it right; the docs are made of this."""

from msgspec import Struct

from tagward.findings import Code


class Description(Struct, frozen=True):
    """One code: `name` is its short name, `meaning` and `fix` are Markdown, the example is the message."""

    name: str
    title: str
    meaning: str
    example: str
    fix: str


CODES: dict[Code, Description] = {
    Code.MISSING: Description(
        "missing-tag",
        "a required tag is missing",
        "The policy requires the tag on this resource, and neither the resource nor anything that the tag"
        " may be inherited from (`inherit`) sets it.",
        "`ml-team` is missing",
        "Set the tag where the fix says. One `default_tags` block (AWS) or `default_labels` (Google) on the "
        "provider covers every resource of that provider at once.",
    ),
    Code.NOT_ALLOWED: Description(
        "value-not-allowed",
        "the value is not one of the allowed ones",
        "The tag has a closed list of values, in `values` or in a registry, and this value is not among "
        "them, or has been retired. Values compare exactly: `Prod` is not `prod`.",
        "`ml-environment` is `production`, not one of dev, staging, prod",
        "Use a value of the list. A value that should be there is added to the policy or to the registry.",
    ),
    Code.NO_MATCH: Description(
        "value-does-not-match",
        "the value does not have the required form",
        "The tag has a `pattern`, and the value as a whole does not match it; a match of a part is not "
        "enough.",
        "`ml-team` is `Fraud Detection`, not of the form `[a-z][a-z0-9-]{1,40}`",
        "Write the value in the form that the pattern describes; the fix suggests one where it can.",
    ),
    Code.MISSPELT: Description(
        "misspelt-key",
        "the key is nearly right",
        "A required tag is missing and a key differs from it only by case, by a separator or by one letter. "
        "Keys compare exactly, so bills and guardrails treat the two as different tags.",
        "`ML_Team` is misspelt: the key is `ml-team`",
        "Rename the key. If the old spelling must be accepted for a while, give it to the tag as an alias.",
    ),
    Code.BLANK: Description(
        "blank-value",
        "the value says nothing",
        "The value is empty, only white space, or a placeholder of the policy (`tbd`, `n/a`, `unknown` ...). "
        "Nobody can charge costs to such a value, so the tag counts as missing.",
        "`ml-project` is a placeholder `TBD`, which counts as missing",
        "Set the real value.",
    ),
    Code.UNKNOWN: Description(
        "unknown-until-apply",
        "nobody can tell before the apply",
        "The plan says that the value, the tag, or what decides whether it is required is known only "
        "after the apply. That is neither a pass nor a violation; `defaults.unknown` in the policy or "
        "`--unknown` says how loud it is.",
        "the value of `ml-team` is not known until apply: `random_pet.team.id` decides it",
        "Make the tag of something known in the plan (a variable, a local, a literal), or check the state"
        " after the apply.",
    ),
    Code.FORBIDDEN: Description(
        "forbidden",
        "a key or a value that no resource may carry",
        "The key matches `forbid.keys`, or the value matches `forbid.values`, or the policy is `closed` and "
        "does not know the key. Tags are readable by many and are no place for secrets: a forbidden value is "
        "never shown.",
        "the key `db-password` is forbidden",
        "Remove the tag. If the value was a secret, replace the secret too.",
    ),
    Code.DEPRECATED: Description(
        "deprecated",
        "an older key or value",
        "The tag is set under an alias, or has a value that `replaces` maps to another. Until the last "
        "day of the alias this is a note and the tag counts; after it the tag counts as missing.",
        "`team` is an older key for `ml-team`, accepted until 2027-03-31",
        "Rename the key, or use the value that replaces the old one.",
    ),
    Code.NOT_PROPAGATED: Description(
        "not-propagated",
        "the tag does not reach what is billed",
        "The resource has the tag, and what it creates and what the bill shows does not: instances of an "
        "Auto Scaling group, volumes, tasks of a service, pods of a controller.",
        "`ml-team` is set but does not reach the bill on the pods",
        "Set the tag in the place that the fix names: `propagate_at_launch`, `tag_specifications`, "
        "`propagate_tags`, or the labels of the pod template.",
    ),
    Code.EXEMPTION: Description(
        "exemption",
        "an exemption that expired or soon expires",
        "Exemptions have an owner, a reason and a last day. An expired one is as good as absent on every "
        "surface. (Whether one is unused only a whole estate can tell, not one plan.)",
        "the exemption `EX-014` expires on 2027-02-28",
        "Tag the resource, or let the owner of the exemption renew it with a reason.",
    ),
    Code.TOO_MANY: Description(
        "too-many-tags",
        "more tags than allowed",
        "The resource carries more tags than `limits.max_tags`. Clouds have limits of their own, and "
        "services add tags too, so it is wise to stay below them.",
        "48 tags, more than the 45 that the policy allows",
        "Remove tags that nobody uses.",
    ),
    Code.ILLEGAL: Description(
        "illegal-on-cloud",
        "the cloud does not accept the tag",
        "The value (or key) breaks the rules of the cloud that it is on: length, characters, or letter case. "
        "The apply would fail.",
        "`ml-team` is `Größe`, not legal on gcp",
        "Write it in the way the cloud accepts; `keys` in the policy gives a tag a spelling per cloud.",
    ),
}
