"""Keys that no tag policy can tell apart: it refuses every other case of a key that it names."""

from collections.abc import Mapping

from tagward_generators.tag_facts import TagFacts


def clashes(tags: Mapping[str, TagFacts]) -> dict[str, str]:
    """Map the tags that a tag policy must not name to the reason."""
    found = {tag: _clash(tag, facts, tags) for tag, facts in tags.items()}
    return {tag: why for tag, why in found.items() if why}


def _clash(tag: str, facts: TagFacts, tags: Mapping[str, TagFacts]) -> str:
    key = facts.keys[0]
    if key.startswith("@@"):
        return f"`{key}` would be read as an operator"
    accepted = [*facts.keys[1:], *(k for name, each in tags.items() if name != tag for k in each.known_keys)]
    for other in accepted:
        if other.casefold() == key.casefold():
            return f"`{other}` differs from `{key}` by case only, and would be refused"
    return ""
