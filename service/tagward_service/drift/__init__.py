"""How guardrails that are deployed, or were compiled before, differ from those of today."""
