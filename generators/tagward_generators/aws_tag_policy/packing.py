"""Packing the tags into as few tag policies as may be."""

from collections.abc import Sequence

from msgspec.structs import replace

from tagward_generators.aws_tag_policy.entries import Entry, minified
from tagward_generators.aws_tag_policy.resource_types import MOST_TAGS
from tagward_generators.aws_tag_policy.settings import Settings
from tagward_generators.targets import CompileError

BEGIN, END = '{"tags":{', "}}"
FRAME = len(BEGIN) + len(END)

DROP = (
    "name fewer types in `targets.aws-tag-policy.enforced_types` and `report_types`, or leave tags out in "
    "`targets.aws-tag-policy.omit`"
)


def pack(entries: Sequence[Entry], settings: Settings) -> tuple[str, ...]:
    """Return the documents of the policies. Raises CompileError when the tags do not fit."""
    _check_types(entries)
    for entry in entries:
        _check_size(entry, settings.max_chars)
    parts: list[list[str]] = []
    for text in (entry.written() for entry in entries):
        fitting = (part for part in parts if _size([*part, text]) <= settings.max_chars)
        part = next(fitting, None)
        if part is None:
            parts.append([text])
        else:
            part.append(text)
    if len(parts) > settings.max_policies:
        raise CompileError(_too_many(entries, len(parts), settings))
    return tuple(f"{BEGIN}{','.join(part)}{END}" for part in parts)


def _size(part: Sequence[str]) -> int:
    return FRAME + sum(map(len, part)) + len(part) - 1


def _check_size(entry: Entry, max_chars: int) -> None:
    size = FRAME + len(entry.written())
    if size > max_chars:
        types = (*entry.enforced, *entry.required)
        raise CompileError(
            f"the tag `{entry.tag}` takes {size:,} characters alone ({_share('values', entry.values or ())}, "
            f"{_share('types', types)}), more than the {max_chars:,} of one tag policy: give it a `pattern` "
            f"in place of so many values, {DROP}"
        )


def _share(what: str, texts: Sequence[str]) -> str:
    return f"{len(texts)} {what} {len(minified(texts)):,}"


def _check_types(entries: Sequence[Entry]) -> None:
    """Refuse more required keys for one type than AWS merges into an effective policy."""
    by_type: dict[str, int] = {}
    for entry in entries:
        for name in entry.required:
            by_type[name] = by_type.get(name, 0) + 1
    for name, tags in by_type.items():
        if tags > MOST_TAGS:
            raise CompileError(
                f"`{name}` would have {tags} required keys, and AWS takes {MOST_TAGS} for one type: name "
                "fewer types in `targets.aws-tag-policy.report_types`, or leave tags out in "
                "`targets.aws-tag-policy.omit`"
            )


def _too_many(entries: Sequence[Entry], policies: int, settings: Settings) -> str:
    sizes = sorted((-len(entry.written()), entry.tag) for entry in entries)
    largest = ", ".join(f"`{tag}` {-size:,}" for size, tag in sizes[:4])
    whole = -sum(size for size, _ in sizes)
    saved = whole - sum(len(replace(entry, required=()).written()) for entry in entries)
    return (
        f"{len(entries)} tags take {whole:,} characters in {policies} tag policies of at most "
        f"{settings.max_chars:,}, and `targets.aws-tag-policy.max_policies` allows {settings.max_policies}; "
        f"largest: {largest}; `report_types: []` would save {saved:,}; {DROP}"
    )
