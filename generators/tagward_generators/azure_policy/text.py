"""How texts are written in a policy rule: as literals, as `match` patterns and inside expressions."""

from tagward_generators.facts import Slot

WILD = "#?."
"""What `match` takes for a digit, a letter and any character."""

UNSAYABLE_IN_NAMES = frozenset("'\"[]\\")

_LAYERS = {"resource-group": "resourceGroup()", "subscription": "subscription()"}

ACCOUNT = "[subscription().subscriptionId]"


def literal(text: str) -> str:
    """Write a text that is not to be taken for a template expression."""
    return f"[{text}" if text.startswith("[") and text.endswith("]") else text


def is_sayable(text: str) -> bool:
    """Say whether every reader of template expressions takes a literal for the same text."""
    return not text.startswith("[[")


def names_safely(key: str) -> bool:
    """Say whether a tag name can be written in a field and in an expression without any doubt."""
    return not UNSAYABLE_IN_NAMES & set(key)


def field(key: str) -> str:
    """Name the field of a tag of the resource."""
    return f"tags['{key}']"


def layer_tags(layer: str) -> str:
    """Write the expression for all tags of what a resource lives in."""
    return f"{_LAYERS[layer]}.tags"


def value(slot: Slot) -> str:
    """Write the expression for the value in a slot, without its brackets; null when it is not there."""
    return f"{layer_tags(slot.layer)}['{slot.key}']" if slot.layer else f"field('tags[''{slot.key}'']')"


def certain(slot: Slot) -> str:
    """Write the value in a slot, or the empty text: most functions fail on null, and a failure denies."""
    asked = value(slot)
    return f"if(empty({asked}), '', {asked})"


def dotted(text: str) -> str:
    """Write a `match` pattern for a text; what it takes for a wildcard is any character instead."""
    return "".join("." if character in WILD else character for character in text)


def quoted(text: str) -> str:
    """Write a text inside a template expression."""
    return "'{}'".format(text.replace("'", "''"))
