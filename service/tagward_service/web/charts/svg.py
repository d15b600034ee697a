"""SVG as it may stand in a page: nothing but shapes and text, with a name and a description of its own."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset(("svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath"))
_ATTRIBUTES = frozenset(
    [
        "width",
        "height",
        "viewBox",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "dx",
        "dy",
        "d",
        "transform",
        "fill",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-opacity",
        "stroke-linecap",
        "stroke-miterlimit",
        "opacity",
        "text-anchor",
        "font-size",
        "font-weight",
        "clip-path",
        "id",
    ]
)
_EMPTY = re.compile(r"(M0,0h0v0h0Z)?")


def presentable(drawn: str, key: str, title: str, text: str) -> str:
    """Keep what is known to be harmless of a drawing; `key` keeps its ids apart from those of others."""
    register_namespace("", _SVG[1:-1])
    root = fromstring(drawn)  # noqa: S314  (of our own renderer; it has no entities)
    _clean(root, key)
    name, said = Element(f"{_SVG}title", {"id": f"t-{key}"}), Element(f"{_SVG}desc", {"id": f"d-{key}"})
    name.text, said.text = title, text
    root[:0] = [name, said]
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-labelledby", f"t-{key} d-{key}")
    return tostring(root, encoding="unicode")


def _clean(element: Element, key: str) -> None:
    element.attrib = {
        name: _own(name, value, key) for name, value in element.attrib.items() if name in _ATTRIBUTES
    }
    for child in list(element):
        if child.tag.removeprefix(_SVG) not in _SHAPES or _is_nothing(child):
            element.remove(child)
        else:
            _clean(child, key)


def _own(name: str, value: str, key: str) -> str:
    if name == "id":
        return f"{key}-{value}"
    return value.replace("url(#", f"url(#{key}-") if name == "clip-path" else value


def _is_nothing(element: Element) -> bool:
    return element.tag == f"{_SVG}path" and _EMPTY.fullmatch(element.get("d", "")) is not None
