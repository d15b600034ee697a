"""English for what is compared."""

from collections.abc import Sequence

TAGS = "{tags}"
"""Where in the words for a request its tags are named; else they come behind."""

_SPELLED_WITH_A_VOWEL = frozenset("AEFHILMNORSX")


def with_article(thing: str) -> str:
    """Put `a` or `an` before a thing, by how it sounds: an EC2 instance, a SageMaker endpoint."""
    letters = thing[:2]
    is_spelled = (len(letters) == 2 and letters.isupper()) or letters[1:].isdigit()
    vowel = thing[0] in _SPELLED_WITH_A_VOWEL if is_spelled else thing[0].lower() in "aeiou"
    return f"{'an' if vowel else 'a'} {thing}"


def stem(path: str) -> str:
    """Take the ending off a path: `acme-1.json` becomes `acme-1`."""
    return path.rpartition(".")[0] or path


def listed(words: Sequence[str], joint: str = "and", most: int = 0) -> str:
    """Join words: `a, b and c`, or `a, b and 7 more` where there are more than `most`."""
    if most and len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
        joint = "and"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
