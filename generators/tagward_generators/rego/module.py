"""The Rego module of a policy: a table of its tags, and a rule for each way to break one of its own."""

from collections.abc import Mapping

from msgspec import Struct

from tagward.policy import Policy
from tagward_generators.logic import FALSE, Expression, sound
from tagward_generators.rego.judging import PlanViolations
from tagward_generators.rego.writing import RESOURCE, PlanRego
from tagward_generators.rego_lines import Body, is_text, quoted, rule
from tagward_generators.rego_text import stem
from tagward_generators.rules import EVERY_TAG
from tagward_generators.violations import Violation

LAYERS = ("provider", "resource-group", "subscription", "project")
"""What a resource of a plan may get tags from."""

DESCRIPTION = (
    "# description: |-",
    "#   The tags of what a plan of Terraform or OpenTofu makes. Compiled by tagward; use:",
    "#   terraform show -json PLAN > plan.json && conftest test --policy DIRECTORY plan.json",
)

WANTED = "# The keys of each tag, the preferred one first, and what it may be inherited from."


class Saying(Struct, frozen=True):
    """What is said in a mode when a rule is broken: `stem` names the helpers that it may need."""

    mode: str
    tag: str
    rule: str
    said: str
    broken: Expression

    @property
    def stem(self) -> str:
        """Name the helpers that it may need."""
        return stem(*(word for word in (self.tag, self.rule) if word != EVERY_TAG))


class Module:
    """Collects what is said of resources on all clouds; what is alike on several is said once."""

    def __init__(self, policy: Policy, on: Mapping[str, PlanViolations]) -> None:
        self.policy = policy
        self.on = on
        self._said: dict[Saying, list[str]] = {}

    def add(self, cloud: str, violation: Violation, said: str) -> bool:
        """Note what breaks a rule on a cloud; return whether anything of it can be told."""
        broken = sound(violation.broken)
        if broken != FALSE:
            made = Saying(violation.mode, violation.rule.tag, violation.rule.name, said, broken)
            self._said.setdefault(made, []).append(cloud)
        return broken != FALSE

    def text(self, package: str) -> str:
        """Write the module."""
        rego = PlanRego()
        rules = [
            rule(_head(each), (*self._on(each, clouds), *body, f"said := {quoted(each.said)}"))
            for each, clouds in self._said.items()
            for body in rego.bodies(each.broken, each.stem)
        ]
        parts = (
            f"{self._title()}\npackage {package}",
            "import rego.v1",
            f"{WANTED}\n{self._wanted()}",
            "judged := resources(wanted)",
            *rules,
            *rego.definitions(),
        )
        return "\n\n".join(parts) + "\n"

    def _title(self) -> str:
        """Say what the package is, as an annotation that `opa inspect` and `conftest doc` show."""
        title = quoted(f"{self.policy.name} {self.policy.version}")
        organizations = (f"# organizations: [{quoted(self.policy.owner)}]",) if self.policy.owner else ()
        return "\n".join(
            ("# METADATA", "# scope: package", f"# title: {title}", *DESCRIPTION, *organizations)
        )

    def _on(self, said: Saying, clouds: list[str]) -> Body:
        """Pick the resources; the tags of a policy are nowhere but on the clouds where it has them."""
        every = [cloud for cloud, on in self.on.items() if said.tag == EVERY_TAG or said.tag in on.tags]
        each = f"some {RESOURCE} in judged"
        if clouds == every:
            return (each,)
        cloud = f"{RESOURCE}.cloud"
        if len(clouds) == 1:
            return (each, is_text(cloud, clouds[0]))
        return (each, f"{cloud} in {{{', '.join(map(quoted, clouds))}}}")

    def _wanted(self) -> str:
        lines = "".join(f"\t{quoted(tag.id)}: {self._places(tag.id)},\n" for tag in self.policy.tags)
        return f"wanted := {{\n{lines}}}" if lines else "wanted := {}"

    def _places(self, tag: str) -> str:
        found = {cloud: on.tags[tag] for cloud, on in self.on.items() if tag in on.tags}
        keys = ", ".join(f"{quoted(cloud)}: {_keys(facts.keys, cloud)}" for cloud, facts in found.items())
        inherit = next((facts.tag.inherit for facts in found.values()), ())
        layers = ", ".join(quoted(layer) for layer in LAYERS if layer in inherit)
        return f'{{"keys": {{{keys}}}, "inherit": [{layers}]}}'


def _keys(keys: tuple[str, ...], cloud: str) -> str:
    """List keys; those of Azure are compared in lower case."""
    return f"[{', '.join(quoted(key.lower() if cloud == 'azure' else key) for key in keys)}]"


def _head(saying: Saying) -> str:
    return f"{saying.mode} contains finding({RESOURCE}, {quoted(saying.tag)}, {quoted(saying.rule)}, said)"
