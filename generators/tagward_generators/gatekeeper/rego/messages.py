"""What is said of a carrier `c` that breaks a rule, as Rego."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_generators.kubernetes.breaking import Break
from tagward_generators.kubernetes.carriers import Text
from tagward_generators.kubernetes.messages import NOT_SHOWN, Messages
from tagward_generators.regexes import whole
from tagward_generators.rego_lines import matches, member, quoted


class RegoMessages(Messages):
    """Messages about one tag."""

    def rego(self, broken: Break) -> str:
        """Write the message about a carrier."""
        return said([("c.at",), ": ", *self._said(broken, self._found(broken))])

    def _hints(self) -> str:
        return f"hints(c, {quoted(self.key)})"

    def _value(self) -> str:
        return member("c.tags", self.key)

    def _shown(self) -> str:
        plain = super()._shown()
        if plain == quoted(NOT_SHOWN) or not self.policy.forbidden_values:
            return plain
        return f"shown({self._value()})"


def shown(patterns: tuple[str, ...]) -> Iterator[str]:
    """Write what shows a value, unless it may be a secret."""
    if patterns:
        secret = matches("value", "|".join(map(whole, patterns)))
        yield f"shown(value) := {quoted(NOT_SHOWN)} if {{\n\t{secret}\n}} else := value"


def said(text: Text) -> str:
    """Write a text with Rego in it as one expression."""
    plain = "".join(each.replace("%", "%%") if isinstance(each, str) else "%s" for each in text)
    values = ", ".join(each[0] for each in text if not isinstance(each, str))
    return f"sprintf({quoted(plain)}, [{values}])"
