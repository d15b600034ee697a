"""What a tag policy says of one tag, and how it is written."""

import json
from typing import Any

from msgspec import Struct

ASSIGN = "@@assign"
CHILDREN = "@@operators_allowed_for_child_policies"
NONE = ["@@none"]


class Entry(Struct, frozen=True):
    """One tag under its key; `values` is None when any will do."""

    tag: str
    key: str
    values: tuple[str, ...] | None = None
    enforced: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    locked: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the entry as AWS Organizations reads it."""
        fields: dict[str, Any] = {"tag_key": self.key}
        if self.values is not None:
            fields["tag_value"] = list(self.values)
        if self.enforced:
            fields["enforced_for"] = list(self.enforced)
        if self.required:
            fields["report_required_tag_for"] = list(self.required)
        return {name: self._assigned(value) for name, value in fields.items()}

    def _assigned(self, value: Any) -> dict[str, Any]:
        return {ASSIGN: value} | ({CHILDREN: NONE} if self.locked else {})

    def written(self) -> str:
        """Write the entry with its key."""
        return f"{minified(self.key)}:{minified(self.as_json())}"


def minified(document: object) -> str:
    """Write JSON without a character too many: white space counts against the limit."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
