"""The documents of a Kubernetes input: YAML or JSON as plain data, with the lines of listed items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tagward_service.sources.interface import Content


class Document(Struct, frozen=True):
    """One document; `item_line` gives the line of an item of its list."""

    data: Any
    line: int
    item_line: Callable[[int], int]


class _Listed(Struct):
    items: Raw | UnsetType = UNSET


_SEVERAL = "trailing characters"


def read_documents(content: Content, file: str) -> Iterator[Document]:
    """Yield the documents; raise InputError for broken YAML and DecodeError for broken JSON."""
    if bytes(content[:1024]).lstrip()[:1] in (b"{", b"["):
        try:
            yield _json_document(content)
            return
        except msgspec.DecodeError as error:
            if _SEVERAL not in str(error) and not _is_yaml(content):
                raise
    yield from _yaml_documents(content, file)


def _is_yaml(content: Content) -> bool:
    # YAML in braces, with keys out of quotes.
    return bytes(content[:1024]).lstrip(b" \t\r\n{")[:1].isalpha()


def _yaml_documents(content: Content, file: str) -> Iterator[Document]:
    from tagward.reading.yaml_reader import read_manifests

    for manifest in read_manifests(bytes(content), file):
        is_list = isinstance(manifest.data, list)
        yield Document(manifest.data, manifest.line, _yaml_lines(manifest.line_of, is_list))


def _yaml_lines(line_of: Callable[[tuple[str | int, ...]], int], is_list: bool) -> Callable[[int], int]:
    return lambda index: line_of((index,) if is_list else ("items", index))


def _json_document(content: Content) -> Document:
    data = msgspec.json.decode(content)
    line = 1 + _newlines_before(content)

    @cache
    def lines() -> tuple[int, ...]:
        return tuple(_lines_of_items(bytes(content), is_list=isinstance(data, list)))

    return Document(data, line, lambda index: lines()[index])


def _newlines_before(content: Content) -> int:
    head = bytes(content[:1024])
    return head.count(b"\n", 0, len(head) - len(head.lstrip()))


def _lines_of_items(content: bytes, *, is_list: bool) -> Iterator[int]:
    # Each item stands in the content as it was read, after the one before it.
    whole = content if is_list else msgspec.json.decode(content, type=_Listed).items
    end, counted, line = 0, 0, 1
    for item in msgspec.json.decode(whole, type=list[Raw]) if whole is not UNSET else ():
        text = bytes(item)
        start = content.index(text, end)
        line += content.count(b"\n", counted, start)
        end, counted = start + len(text), start
        yield line
