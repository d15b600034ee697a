"""Lint policies: a JSON list of documents in, a list of findings (issue, detail) for each out."""

import json
import sys

import parliament  # type: ignore[import-not-found]  # lives in an environment of its own


def findings(document: str) -> list[tuple[str, str]]:
    """Return what the linter says of one policy."""
    return [(each.issue, str(each.detail)) for each in parliament.analyze_policy_string(document).findings]


json.dump([findings(each) for each in json.load(sys.stdin)], sys.stdout)
