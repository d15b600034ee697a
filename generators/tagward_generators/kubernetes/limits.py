"""How much of a policy an API server takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tagward_generators.targets import CompileError

LONGEST_EXPRESSION = 100_000
"""In characters (cel-go, parser/options.go: expressionSizeCodePointLimit)."""

LARGEST = 1_400_000
"""In bytes: etcd takes requests of 1.5 MiB."""

LARGEST_TO_APPLY = 250_000
"""In bytes: client-side `kubectl apply` keeps a copy in an annotation, and those may have 256 KiB."""

TOO_LARGE_TO_APPLY = "apply with `kubectl apply --server-side`: the policies are too large for its annotation"


def check(name: str, spec: Mapping[str, Any], *, parameters: bool = True) -> None:
    """Raise CompileError when a policy is too large; `parameters` are a way out where there are any."""
    way_out = ", or keep registries in parameters" if parameters else ""
    for each in spec["variables"]:
        length = len(each["expression"])
        if length > LONGEST_EXPRESSION:
            raise CompileError(
                f"`{each['name']}` of `{name}` has {length:,} characters, the API server takes "
                f"{LONGEST_EXPRESSION:,}; use fewer values or tags{way_out}"
            )
    if size(spec) > LARGEST:
        raise CompileError(
            f"`{name}` has {size(spec):,} bytes, the API server takes {LARGEST:,}; use fewer values or tags"
        )


def size(spec: Mapping[str, Any]) -> int:
    """Measure a policy as it is sent."""
    return len(json.dumps(spec, ensure_ascii=False).encode())
