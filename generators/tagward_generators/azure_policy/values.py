"""Conditions on the value in a slot."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_generators.azure_policy.alphabets import Alphabet
from tagward_generators.azure_policy.forms import Form
from tagward_generators.azure_policy.shapes import Shape
from tagward_generators.azure_policy.text import certain, field, layer_tags, literal, quoted, value
from tagward_generators.azure_policy.writing import Json, all_of, any_of, negated
from tagward_generators.facts import Slot


def asked(slot: Slot) -> Json:
    """Ask for the value."""
    return {"value": f"[{value(slot)}]"} if slot.layer else {"field": field(slot.key)}


def there(slot: Slot, *, holds: bool) -> Json:
    """Say that the tag is there, or that it is not."""
    if not slot.layer:
        return {"field": field(slot.key), "exists": "true" if holds else "false"}
    inside: Json = {"value": f"[{layer_tags(slot.layer)}]", "containsKey": slot.key}
    return inside if holds else negated(inside)


def blank(slot: Slot, placeholders: tuple[str, ...]) -> Json:
    """Say that a tag says nothing; it may also be missing."""
    trimmed: Json = {"value": f"[trim({certain(slot)})]"}
    words = ["", *map(literal, placeholders)]
    return trimmed | ({"in": words} if placeholders else {"equals": ""})


def fits(slot: Slot, form: Form) -> Json:
    """Say that the value has a form."""
    shaped = [any_of([_shaped(slot, shape) for shape in form.shapes])] if form.shapes else []
    return all_of([*shaped, *(_spelled(slot, form.alphabet) if form.alphabet else ())])


def _shaped(slot: Slot, shape: Shape) -> Json:
    if shape.is_whole:
        return asked(slot) | {"match": literal(shape.head)}
    start: Json = {"value": f"[take({certain(slot)}, {len(shape.head)})]", "match": literal(shape.head)}
    return all_of([*([start] if shape.head else []), *_long(slot, shape)])


def _long(slot: Slot, shape: Shape) -> Iterator[Json]:
    length: Json = {"value": f"[length({certain(slot)})]"}
    if shape.shortest == shape.longest:
        yield length | {"equals": shape.shortest}
        return
    if shape.least:
        yield length | {"greaterOrEquals": shape.shortest}
    if shape.longest is not None:
        yield length | {"lessOrEquals": shape.longest}


def _spelled(slot: Slot, alphabet: Alphabet) -> list[Json]:
    """Take away every character of the alphabet: nothing is left; then look at case, as only `match` does."""
    left = f"toLower({certain(slot)})"
    for character in alphabet.letters:
        left = f"replace({left}, {quoted(character)}, '')"
    function = {"lower": "toLower", "upper": "toUpper"}.get(alphabet.case)
    case = [asked(slot) | {"match": f"[{function}({certain(slot)})]"}] if function else []
    return [{"value": f"[{left}]", "equals": ""}, *case]
