"""Manifests as YAML that people can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tagward.policy import Policy

_LONG = 60
"""A longer text stands as a block."""

_SHORT = 100
"""A list of words that is no longer stands on one line."""


def metadata(name: str, policy: Policy) -> dict[str, Any]:
    """Name a manifest, and say where it comes from."""
    return {
        "name": name,
        "labels": {"app.kubernetes.io/managed-by": "tagward", "app.kubernetes.io/part-of": policy.name},
        "annotations": {"tagward/policy": f"{policy.name} {policy.version}"},
    }


def manifests(documents: Sequence[Mapping[str, Any]]) -> str:
    """Write manifests as one stream of YAML."""
    return "---\n".join(map(_manifest, documents))


def _manifest(document: Mapping[str, Any]) -> str:
    import yaml

    return yaml.dump(document, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=2**20)


def _dumper() -> Any:
    import yaml

    class Readable(yaml.SafeDumper):
        """Writes long texts as blocks and short lists on one line, nothing by reference."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
            return True

    Readable.add_representer(str, _text)
    Readable.add_representer(list, _list)
    return Readable


def _text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text or len(text) > _LONG else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: Any, items: list[Any]) -> Any:
    words = all(isinstance(each, str) for each in items) and sum(map(len, items)) <= _SHORT
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=words)
