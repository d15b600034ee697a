"""CEL as guardrails use it, evaluated by Google's engine (the extra `cel`)."""
