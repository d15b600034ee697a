"""The HTTP API: plans and manifests judged, the policy shown and compiled, over the wire."""
