"""Files made to exhaust memory, time or the stack of whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Literal

from msgspec import Struct

Command = Literal["check", "lint"]
Content = Callable[[], Iterable[bytes]]
"""Gives a file in parts, made when it is written: all of them at once take gigabytes."""
DEEP = 10_000

REFUSED = frozenset({2})
READ = frozenset({0, 1})
"""Strange but sound: it is judged."""
ANSWERED = frozenset({0, 1, 2, 3, 4})
"""Whether it can be read is a matter of taste; that there is an answer is not."""


class Scale(Struct, frozen=True):
    """How large the largest files are: bytes of one text, items of one list, seconds to read either."""

    text: int
    items: int
    seconds: int


WHOLE = Scale(100 * 1024 * 1024, 1_000_000, 40)
QUICK = Scale(10 * 1024 * 1024, 50_000, 4)


class Case(Struct, frozen=True):
    """One file, and the exit codes that are right for it."""

    name: str
    content: Content
    codes: frozenset[int] = REFUSED
    seconds: int = 2
    """Of processor time; more than two only for sound files of many megabytes."""


POLICY_HEAD = b"apiVersion: tagward/v1\nkind: TagPolicy\n"
MANIFEST_HEAD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"


def yaml_files(command: Command, scale: Scale) -> list[Case]:
    """Give what breaks readers of YAML, behind the first lines of a policy or of a manifest."""
    head = POLICY_HEAD if command == "check" else MANIFEST_HEAD
    # A manifest may hold anything beside its labels, and as much of it as somebody likes to write.
    harmless = REFUSED if command == "check" else READ
    many = 2 if command == "check" else scale.seconds

    def case(name: str, parts: Content, codes: frozenset[int] = REFUSED, seconds: int = 2) -> Case:
        return Case(name, lambda: chain([head], parts()), codes, seconds)

    return [
        case("alias-bomb", lambda: _alias_bomb(b"[%s]")),
        case("alias-bomb-of-mappings", lambda: _alias_bomb(b"{a: [%s]}")),
        case("alias-bomb-of-merges", _merge_bomb, codes=ANSWERED),
        case("alias-inside-itself", lambda: (b"x: &a [*a]\n",)),
        case("alias-of-nothing", lambda: (b"x: *a\n",)),
        case("anchors", lambda: (b"a%d: &a%d x\n" % (n, n) for n in range(20_000)), codes=harmless),
        case("lists-in-braces", lambda: (b"x: ", b"[" * DEEP, b"]" * DEEP)),
        case("lists-never-closed", lambda: (b"x: ", b"[" * DEEP)),
        case("lists-never-closed-by-the-million", lambda: (b"x: ", b"[" * scale.items)),
        case("mappings-in-braces", lambda: (b"x: ", b"{a: " * DEEP, b"}" * DEEP)),
        case("lists-in-a-line", lambda: (b"x:\n", b"- " * DEEP, b"a\n")),
        case("lists-in-blocks", lambda: (b"x:\n", *(b" " * n + b"-\n" for n in range(1, 1500)))),
        case("mappings-in-blocks", lambda: (b"x:\n", *(b" " * n + b"a:\n" for n in range(1, 1500)))),
        case("keys-in-keys", lambda: (b"x:\n ", b"? " * DEEP, b"a\n")),
        case("tags-in-a-row", lambda: (b"x: ", b"!!str " * DEEP, b"a\n")),
        case("tag-prefixes", lambda: (b"---\n...\n", b"%TAG !a! tag:a,2000:\n" * DEEP, b"---\na: b\n")),
        case("documents", lambda: (b"---\n" * scale.items,), codes=harmless, seconds=many),
        case("keys", lambda: (b"k%d: 1\n" % n for n in range(scale.items)), codes=harmless, seconds=many),
        case("same-key", lambda: (b"a: 1\n" * scale.items,), codes=harmless, seconds=many),
        case("number", lambda: (b"x: ", b"7" * 100_000, b"\n"), codes=harmless),
        case("number-in-hexadecimal", lambda: (b"x: 0x", b"f" * 100_000, b"\n"), codes=harmless),
        case("no-number", lambda: (b"x: [.nan, -.inf, 1e999, 0x, 1_0, 0o9, 1:2:3]\n",), codes=harmless),
        case("huge-text", lambda: (b"x: ", b"a" * scale.text, b"\n"), codes=harmless, seconds=many),
        case("huge-quoted-text", lambda: (b'x: "', b"a" * scale.text, b'"\n'), codes=harmless, seconds=many),
        case("huge-key", lambda: (b'"', b"a" * scale.text, b'": x\n'), codes=REFUSED, seconds=many),
        case("huge-comment", lambda: (b"#", b"a" * scale.text, b"\nx: y\n"), codes=harmless, seconds=many),
        case("huge-blank", lambda: (b"\n" * scale.text,), codes=harmless, seconds=many),
        case("invalid-utf8-middle", lambda: (b"x: a\xffb\ny: z\n",)),
        case("invalid-utf8-end", lambda: (b"x: ab\n# \xe2\x80",)),
        case("surrogates", lambda: (b"x: \xed\xa0\x80\n",)),
        case("nul", lambda: (b"x: a\0b\n",)),
        case("control", lambda: (b"x: a\x01b\n",)),
        case("byte-order-mark-inside", lambda: (b"\xef\xbb\xbfx: y\n",), codes=ANSWERED),
        case("templates", lambda: (b"x: {{ .Values.x }}\n{{- if a }}\n",)),
        case("python-object", lambda: (b"x: !!python/object/apply:os.system [id]\n",)),
        Case("invalid-utf8-start", lambda: (b"\xff", head)),
        Case("utf16", lambda: (head.decode().encode("utf-16"),)),
        Case("utf16-without-mark", lambda: (head.decode().encode("utf-16-le"),)),
        Case("utf32", lambda: (head.decode().encode("utf-32"),)),
        Case("empty", lambda: (b"",)),
        Case("only-marks", lambda: (b"\xef\xbb\xbf",)),
        Case("zeros", lambda: (bytes(scale.text),)),
    ]


def policies() -> list[Case]:
    """Give sound policies whose patterns and globs take long when they are tried naively."""
    stars, text = b"*a" * 25 + b"b", b"a" * 100
    return [
        _policy("pattern", b'pattern: "([ -~]*a){12}b"', b"replaces: {%s: %s}" % (text, b"a" * 12 + b"b")),
        _policy("pattern-of-choices", b'pattern: "(a|aa)+"', b"replaces: {%sb: aa}" % text),
        _policy("pattern-of-repeats", b'pattern: "(([a-z]{1,40}){1,40}){1,40}"', codes=ANSWERED),
        _policy(
            "glob",
            b"required: {on: {types: [aws_instance], names: ['%s'], addresses: ['%s']}}" % (stars, stars),
        ),
        _policy(
            "glob-of-keys",
            b"keys: {aws: %s}}, other: {required: true" % text,
            after=b"forbid: {keys: ['%s']}" % stars,
        ),
    ]


def _policy(name: str, *fields: bytes, after: bytes = b"", codes: frozenset[int] = frozenset({0})) -> Case:
    tag = b"tags: {team: {%s}}\n" % b", ".join(fields)
    return Case(f"slow-{name}", lambda: (POLICY_HEAD, tag, after, b"\n"), codes)


def _alias_bomb(level: bytes) -> Iterable[bytes]:
    yield b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for number in range(1, 12):
        aliases = b", ".join([b"*a%d" % (number - 1)] * 10)
        yield b"a%d: &a%d %s\n" % (number, number, level % aliases)


def _merge_bomb() -> Iterable[bytes]:
    yield b"a0: &a0 {%s}\n" % b", ".join(b"k%d: x" % n for n in range(100))
    for number in range(1, 100):
        aliases = b", ".join([b"*a%d" % (number - 1)] * 50)
        yield b"a%d: &a%d {<<: [%s]}\n" % (number, number, aliases)


def plans(scale: Scale) -> list[Case]:
    """Give what breaks readers of JSON, in the places of a plan that are read."""
    return [
        *(_tagged(name, value, READ) for name, value in _strange_values()),
        *(_tagged(name, value) for name, value in _broken_values()),
        *(_changes(name, value, codes) for name, value, codes in _strange_changes()),
        Case("huge-tag", lambda: _plan(b'{"ml-team": "', b"a" * scale.text, b'"}'), READ, scale.seconds),
        Case("huge-tag-key", lambda: _plan(b'{"', b"a" * scale.text, b'": "x"}'), READ, scale.seconds),
        Case(
            "many-tags", lambda: _plan(b"{", b",".join(b'"k%d":"v"' % n for n in range(20_000)), b"}"), READ
        ),
        Case("truncated", lambda: [b"".join(_plan(b"{}"))[:-40]]),
        Case("more-after-the-end", lambda: [*_plan(b"{}"), b"{}"]),
        Case(
            "nested-modules",
            lambda: [b'{"format_version":"1.2","planned_values":{"root_module":', *_modules(), b"}}"],
        ),
        Case(
            "nested-calls",
            lambda: [
                b'{"format_version":"1.2","resource_changes":[],"configuration":{"root_module":',
                *_calls(),
                b"}}",
            ],
        ),
        Case(
            "nested-state", lambda: [b'{"format_version":"1.0","values":{"root_module":', *_modules(), b"}}"]
        ),
        Case("only-brackets", lambda: [b"[" * scale.text]),
        Case("only-braces", lambda: [b'{"a":' * 1_000_000]),
        Case("utf16-plan", lambda: [b"".join(_plan(b"{}")).decode().encode("utf-16")]),
        Case("nul-plan", lambda: [b"".join(_plan(b"{}")).replace(b"create", b"cre\0te")]),
    ]


def _plan(*tags: bytes) -> Iterable[bytes]:
    yield (
        b'{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{"address":"aws_instance.a",'
        b'"mode":"managed","type":"aws_instance","name":"a","provider_name":"registry.terraform.io/hashicorp/aws",'
        b'"change":{"actions":["create"],"before":null,"after":{"tags":'
    )
    yield from tags
    yield b',"tags_all":{}},"after_unknown":{}}}]}'


def _tagged(name: str, value: bytes, codes: frozenset[int] = REFUSED) -> Case:
    return Case(f"tag-{name}", lambda: _plan(b'{"ml-team": ', value, b"}"), codes)


def _strange_values() -> Iterable[tuple[str, bytes]]:
    yield "of-another-type", b"[7]"
    yield "null", b"null"
    yield "escaped-nul", b'"a\\u0000b"'
    yield "terminal-escape", b'"\\u001b[2J\\u202e\\u009b31m"'
    yield "workflow-command", b'"x\\n::error::pwned\\r\\n##[error]x"'
    yield "twice", b'"a", "ml-team": "b"'


def _broken_values() -> Iterable[tuple[str, bytes]]:
    yield "deep-lists", b"[" * DEEP + b"]" * DEEP
    yield "deep-mappings", b'{"a":' * DEEP + b"1" + b"}" * DEEP
    yield "invalid-utf8", b'"a\xffb"'
    yield "lone-surrogate", b'"\\ud800"'
    yield "nan", b"NaN"
    yield "infinity", b"-Infinity"


def _changes(name: str, value: bytes, codes: frozenset[int]) -> Case:
    return Case(
        f"changes-{name}", lambda: [b'{"format_version":"1.2","resource_changes":', value, b"}"], codes
    )


def _strange_changes() -> Iterable[tuple[str, bytes, frozenset[int]]]:
    yield "a-mapping", b'{"a":{}}', REFUSED
    yield "a-text", b'"x"', REFUSED
    yield "a-number", b"7", REFUSED
    yield "null", b"null", ANSWERED
    yield "empty", b"[]", frozenset({3})
    yield "of-nothing", b"[null]", REFUSED
    yield "of-empty-mappings", b"[{},{}]", ANSWERED
    yield "without-a-change", b'[{"address":"a.b","mode":"managed","type":"a","name":"b"}]', ANSWERED
    yield "of-wrong-types", b'[{"address":7,"mode":[],"type":{},"change":"x"}]', REFUSED
    yield (
        "of-odd-actions",
        b'[{"address":"a.b","type":"a","change":{"actions":["explode"],"after":{}}}]',
        ANSWERED,
    )
    yield (
        "after-a-text",
        b'[{"address":"a.b","type":"aws_instance","change":{"actions":["create"],"after":"x"}}]',
        ANSWERED,
    )


def _modules() -> Iterable[bytes]:
    yield b'{"child_modules":[' * DEEP
    yield b"{}"
    yield b"]}" * DEEP


def _calls() -> Iterable[bytes]:
    yield b'{"module_calls":{"a":{"module":' * DEEP
    yield b"{}"
    yield b"}}}" * DEEP
