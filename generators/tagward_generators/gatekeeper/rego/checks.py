"""Checks as rules of Rego: each lists what is wrong, carrier by carrier."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_generators.gatekeeper.hiding import SeeingChecks
from tagward_generators.gatekeeper.rego.housekeeping import RegoHousekeeping
from tagward_generators.gatekeeper.rego.messages import RegoMessages, shown
from tagward_generators.gatekeeper.rego.writing import CarrierRego
from tagward_generators.kubernetes.breaking import Break
from tagward_generators.logic import FALSE
from tagward_generators.rego_lines import Body, is_text, quoted, rule


def rules(checks: SeeingChecks) -> Iterator[str]:
    """Write the rules for all checks, after the list of those in each mode."""
    for mode in checks.modes():
        names = "".join(f"\t{name},\n" for name in checks.of(mode))
        yield rule(f"wrong := [\n{names}]", (is_text("input.parameters.mode", mode),))
    yield from _Rules(checks).all()


class _Rules:
    """Writes checks, and the helpers that they need."""

    def __init__(self, checks: SeeingChecks) -> None:
        self.checks = checks
        self.rego = CarrierRego(checks.parameters.tags)
        self.housekeeping = RegoHousekeeping(checks.policy, checks.housekeeping.tags, checks.may_be_open)
        self.messages = {
            tag: RegoMessages(each.facts, checks.policy, checks.day, each.near)
            for tag, each in checks.messages.items()
        }

    def all(self) -> Iterator[str]:
        for name, broken in self.checks.breaks.items():
            if broken is None:
                yield from self.housekeeping.rules(name, self.checks.named[name].rule.kind)
            else:
                yield from self._check(name, broken)
        yield from shown(self.checks.policy.forbidden_values)
        yield from self.rego.definitions()

    def _check(self, name: str, broken: Break) -> Iterator[str]:
        """List a message for each carrier; alternatives become rules of their own."""
        bodies = tuple(self._when(name, broken))
        if len(bodies) > 1:
            yield from (rule(f"is_{name}(c)", each) for each in bodies)
        body = bodies[0] if len(bodies) == 1 else (f"is_{name}(c)",)
        lines = "".join(f"\t{line}\n" for line in ("some c in judged", *body))
        yield f"{name} := told([{self.messages[broken.rule.tag].rego(broken)} |\n{lines}])"

    def _when(self, name: str, broken: Break) -> Iterator[Body]:
        """Say when a carrier breaks a rule, each alternative as a body (see `SeeingChecks`)."""
        required = broken.rule.kind == "required"
        key = quoted(self.messages[broken.rule.tag].key)
        seen = ("not hidden",) if required and self.checks.inherits(broken.rule.tag) else ()
        when = self.rego.bodies(broken.when, name)
        if broken.when == broken.when_open:
            lacks = (f"lacks(c, {key})",) if required and self.checks.may_be_open else ()
            yield from ((*seen, *each, *lacks) for each in when)
            return
        mistaken = (f"is_mistaken(c, {key})",) if required else ()
        surely = () if broken.when_open == FALSE else self.rego.bodies(broken.when_open, name)
        closed = ("not c.open",) if self.checks.may_be_open else ()
        if closed:
            yield from (("c.open", *seen, *each, *mistaken) for each in surely)
        if not seen and self.checks.asks_for_inherited(broken):
            yield from (("hidden", *closed, *each) for each in surely)
            seen = ("not hidden",)
        yield from ((*closed, *seen, *each) for each in when)
