"""The floor for linting a plan: a typed decode of the needed fields and five hand-written checks."""

import gc
import mmap
import re
import sys
from pathlib import Path
from typing import Any

import msgspec


class After(msgspec.Struct, gc=False):
    tags: Any = msgspec.UNSET
    tags_all: Any = msgspec.UNSET
    labels: Any = msgspec.UNSET


class Change(msgspec.Struct, gc=False):
    actions: list[str]
    after: After | None = None


class ResourceChange(msgspec.Struct, gc=False):
    address: str
    type: str
    change: Change
    mode: str = "managed"


class Plan(msgspec.Struct):
    resource_changes: list[ResourceChange]


NAME = re.compile("[a-z][a-z0-9-]{1,40}")
EXPERIMENT = re.compile("[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
WORKLOADS = {"training", "inference", "data-processing", "notebook"}
ENVIRONMENTS = {"dev", "staging", "prod"}


def violations(tags: dict[str, str]) -> int:
    found = 0
    for key in ("ml-team", "ml-project"):
        if not NAME.fullmatch(tags.get(key) or ""):
            found += 1
    workload = tags.get("ml-workload-type")
    if workload not in WORKLOADS:
        found += 1
    if tags.get("ml-environment") not in ENVIRONMENTS:
        found += 1
    experiment = tags.get("ml-experiment-id")
    if experiment is None:
        found += workload == "training"
    elif not EXPERIMENT.fullmatch(experiment):
        found += 1
    return found


def main(path: str) -> None:
    gc.disable()
    with Path(path).open("rb") as stream:
        content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    plan = msgspec.json.Decoder(Plan).decode(content)
    bad = total = 0
    for change in plan.resource_changes:
        after = change.change.after
        if after is None or change.mode != "managed":
            continue
        tags = after.tags_all or (after.labels if after.tags is msgspec.UNSET else after.tags)
        if isinstance(tags, dict) or tags is None:
            found = violations(tags or {})
            bad += found > 0
            total += found
    print(f"{bad} resources, {total} findings")


if __name__ == "__main__":
    main(sys.argv[1])
