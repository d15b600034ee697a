"""Documents of a YAML or JSON text."""

from collections.abc import Sequence
from typing import Any


def documents(text: str) -> Sequence[Any]:
    """Read all documents; none where the text is no YAML."""
    import yaml

    try:
        return list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return ()
