"""Names of templates and constraints, as Kubernetes and Gatekeeper take them."""

from hashlib import sha256

LONGEST_KIND = 63
"""Kinds of custom resources are DNS labels when written in lower case."""

_SUFFIX = "Labels"
_HASH = 8


def kind_of(policy: str) -> str:
    """Name the kind of a policy's constraints: `ml-platform` has MlPlatformLabels."""
    words = "".join(word.capitalize() for word in policy.split("-"))
    kind = f"{words if words[0].isalpha() else f'Policy{words}'}{_SUFFIX}"
    if len(kind) <= LONGEST_KIND:
        return kind
    told_apart = sha256(policy.encode()).hexdigest()[:_HASH]
    return f"{kind[: LONGEST_KIND - _HASH - len(_SUFFIX)]}{told_apart}{_SUFFIX}"


def template_of(kind: str) -> str:
    """Name the template of a kind: Gatekeeper takes no other name."""
    return kind.lower()


def constraint_of(policy: str, mode: str) -> str:
    """Name the constraint for a mode."""
    return f"{policy}-{mode}"
