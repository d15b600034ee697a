"""Names that Azure takes, made of what a policy calls things."""

import re
from hashlib import sha256

LONGEST = 64
"""Of definitions, initiatives and exemptions (resource name rules of Azure)."""

LONGEST_ASSIGNMENT = 24
"""Of assignments in a management group, which allows the least."""

MARK = 8

_ODD = re.compile(r"[^A-Za-z0-9-]+")


def slug(text: str) -> str:
    """Spell a text in letters, digits and hyphens; one that has anything else is marked."""
    plain = _ODD.sub("-", text).strip("-")
    return plain if plain == text else f"{plain}-{_mark(text)}".lstrip("-")


def shortened(name: str, longest: int = LONGEST) -> str:
    """Cut a name that is too long, and mark it so that no two become one."""
    if len(name) <= longest:
        return name
    return f"{name[: longest - MARK - 1].rstrip('-')}-{_mark(name)}"


def cut(text: str, longest: int) -> str:
    """Cut a text that people read."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:MARK]
