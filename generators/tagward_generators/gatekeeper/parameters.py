"""Parameters of constraints: the mode, and values of registries that are kept out of the template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from tagward.policy import MODES, Allowed, Policy
from tagward_generators.kubernetes.breaking import NAMESPACED
from tagward_generators.kubernetes.settings import Settings
from tagward_generators.violations import Violations

_MODE = "What a constraint is for: each rule of the policy is in one mode on a day."
_VALUES = "The values that tags may have, by tag."


class Parameters:
    """What the constraints of a template are given."""

    def __init__(self, policy: Policy, day: date, settings: Settings) -> None:
        tags = Violations(policy, NAMESPACED, day).tags.values() if settings.parameters else ()
        self.values = {
            facts.tag.id: facts.valid() or ()
            for facts in tags
            if isinstance(facts.tag.constraint, Allowed) and facts.tag.constraint.registry
        }

    @property
    def lists(self) -> Mapping[tuple[str, ...], str]:
        """Write CEL for the values of a tag."""
        return {
            values: f"variables.params.values[?{json.dumps(tag)}].orValue([])"
            for tag, values in self.values.items()
        }

    @property
    def tags(self) -> Mapping[tuple[str, ...], str]:
        """Name the tag that has some values."""
        return {values: tag for tag, values in self.values.items()}

    def given(self, mode: str) -> dict[str, Any]:
        """Return what the constraint for a mode is given."""
        values = {tag: list(values) for tag, values in self.values.items()}
        return {"mode": mode} | ({"values": values} if values else {})

    def schema(self) -> dict[str, Any]:
        """Describe them, so that the API server refuses others."""
        texts = {"type": "array", "items": {"type": "string"}}
        values = {"type": "object", "description": _VALUES, "additionalProperties": texts}
        modes = {"type": "string", "description": _MODE, "enum": list(reversed(MODES))}
        return {
            "type": "object",
            "required": ["mode", *(["values"] if self.values else [])],
            "properties": {"mode": modes} | ({"values": values} if self.values else {}),
        }
