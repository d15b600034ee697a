"""Packing statements into as few service control policies as may be."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tagward_generators.aws_scp.sids import unique
from tagward_generators.aws_scp.statements import Statement, halves, minified
from tagward_generators.targets import CompileError

FRAME = len('{"Version":"2012-10-17","Statement":[]}')


def document(statements: Iterable[Statement]) -> str:
    """Write one policy document."""
    return minified({"Version": "2012-10-17", "Statement": [each.as_json() for each in statements]})


def pack(statements: Sequence[Statement], max_chars: int, max_policies: int) -> tuple[str, ...]:
    """Return the documents of the policies. Raises CompileError when the statements do not fit."""
    ready = _named([part for each in statements for part in _fitting(each, max_chars)])
    sizes = [len(minified(each.as_json())) for each in ready]
    packed = min((_in_order(sizes, max_chars), _largest_first(sizes, max_chars)), key=len)
    if len(packed) > max_policies:
        raise CompileError(_too_many(ready, sizes, packed, max_chars, max_policies))
    return tuple(document(ready[index] for index in sorted(part)) for part in packed)


def _named(statements: Sequence[Statement]) -> list[Statement]:
    sids = unique(each.named() for each in statements)
    return [replace(each, sid=sid) for each, sid in zip(statements, sids, strict=True)]


ROOM_FOR_NUMBER = 4
"""Characters that a number may add to a Sid."""


def _fitting(statement: Statement, max_chars: int) -> list[Statement]:
    """Cut a statement until each part fits a policy of its own."""
    size = FRAME + len(minified(statement.as_json())) + ROOM_FOR_NUMBER
    if size <= max_chars:
        return [statement]
    parts = halves(statement)
    if len(parts) == 1:
        raise CompileError(
            f"{statement.subject} takes {size:,} characters for `{statement.actions[0]}` alone, more than "
            f"the {max_chars:,} of one SCP: give it a `pattern` in place of so many values, or raise "
            "`targets.aws-scp.max_chars` where the organisation has more"
        )
    return [fitting for part in parts for fitting in _fitting(part, max_chars)]


Parts = list[list[int]]
"""The indices of the statements of each policy."""


def _in_order(sizes: Sequence[int], max_chars: int) -> Parts:
    """Fill one policy after the other, which keeps the statements of a tag together."""
    parts: Parts = [[]]
    room = max_chars - FRAME
    for index, size in enumerate(sizes):
        needed = size + bool(parts[-1])
        if needed > room and parts[-1]:
            parts.append([])
            room, needed = max_chars - FRAME, size
        parts[-1].append(index)
        room -= needed
    return [part for part in parts if part]


def _largest_first(sizes: Sequence[int], max_chars: int) -> Parts:
    """Put each statement, the largest first, where it leaves the least room."""
    parts: Parts = []
    rooms: list[int] = []
    for index in sorted(range(len(sizes)), key=lambda at: (-sizes[at], at)):
        needed = sizes[index] + 1
        fitting = [at for at, room in enumerate(rooms) if room >= needed]
        if fitting:
            best = min(fitting, key=lambda at: rooms[at])
            parts[best].append(index)
            rooms[best] -= needed
        else:
            parts.append([index])
            rooms.append(max_chars - FRAME - sizes[index])
    return sorted(parts, key=min)


def _too_many(
    statements: Sequence[Statement], sizes: Sequence[int], parts: Parts, max_chars: int, max_policies: int
) -> str:
    by_subject: dict[str, int] = {}
    by_service: dict[str, int] = {}
    for statement, size in zip(statements, sizes, strict=True):
        by_subject[statement.subject] = by_subject.get(statement.subject, 0) + size
        for action in statement.actions:
            service = action.partition(":")[0]
            by_service[service] = by_service.get(service, 0) + size // len(statement.actions)
    return (
        f"the policy takes {sum(sizes):,} characters in {len(parts)} SCPs of at most {max_chars:,}, and "
        f"`targets.aws-scp.max_policies` allows {max_policies}; largest: {_largest(by_subject)}; "
        f"by service: {_largest(by_service)}; name fewer actions in `targets.aws-scp.actions`, or make fewer "
        "tags deny on `cloud`"
    )


def _largest(sizes: dict[str, int]) -> str:
    ranked = sorted(sizes.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{name} {size:,}" for name, size in ranked[:4])
