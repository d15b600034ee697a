"""Tokens, texts and values that parsers, matchers and terminals trip over."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

# fmt: off
TOKENS: tuple[bytes, ...] = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        *"{}[]():,&*!|>%@`\"'#?-\\/<=~^$.+0aé☂",
        *("\0", "\t", "\n", "\r", "\r\n", "\x0b", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff"),
        *("\ud800", "\U0001f600", "e\u0301", "\u017f", "İ"),
        *("\n---\n", "\n...\n", "\n- ", "\n  ", "\n    ", ": ", "? ", " #", "<<: *labels\n", "<<: "),
        *("&a ", "*a", "*labels"),
        *("!!str ", "!!python/object:os.system ", "!!binary aGk=", "!!set {a}", "!!float ", "! ", "!x "),
        *("%YAML 1.1\n---\n", "%TAG ! tag:x,2000:\n---\n", "|2-\n ", ">+\n ", "{a: b}", "[a, b]"),
        *("{? [a] : b}",),
        *("null", "true", "yes", "on", "NaN", ".nan", "-.inf", "Infinity", "1e999", "-0", "0x1F", "0o17"),
        *("1_000",),
        *("0123456789" * 30, "2026-02-30", "0000-00-00", "9999-12-31", "12:30:45", "[" * 40, "]" * 40),
        *('{"a":' * 40,),
        *('"\\ud800"', '"\\u0000"', '"\\x', "\\U0010FFFF", '"": ', '"a": 1,', ",,", "//", "/* */"),
        *("{{ .Values.x }}",),
    )
)
BROKEN_UTF8 = (b"\xff", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80", b"\xff\xfe", b"\xfe\xff", b"\x80" * 8)

PATTERNS = (
    *("(a+)+$", "((((((((((a*)*)*)*)*)*)*)*)*)*)*", "(" * 300 + "a" + ")" * 300, "(" * 20, ")", "["),
    *("[z-a]", "[]", "[^]"),
    *("a{1000}", "(a{30}){30}", "((a{99}){99}){99}", "a{2,1}", "a{,3}", "a{99999999999}", "x{0}", "()"),
    *("|", "a||b", "*a"),
    *("(?i)x", "(?<n>x)", "(?P<n>x)", "(?=x)", "(?!x)", "\\1", "\\p{L}", "\\Q*\\E", "\\C", "\\"),
    *("\\x{110000}", "\\b", "$a^"),
    *("[[:alpha:]]", "[\\d-z]", "[a&&b]", "[^\\x00-\\x{10FFFF}]", ".*" * 30, "([ -~]*a){12}b", "[☂é]{1,3}"),
    *("a" * 990, "(a|b|ab)*c"),
    *("([a-z]{1,60}-){8}[0-9]{1,60}", "(a?){60}a{60}", "[^a]*[^b]*[^c]*[^d]*[^e]*[^f]*", "(x+x+)+y"),
    *("\ud800", "\n", "a\0b"),
)

TEXTS = (
    *("", " ", "\n", "\t", "\0", "a\0b", "\x1b[31mred\x1b[0m", "\x7f", "\x85", "\u2028", "\u202eabc"),
    *("\u200b", "\ufeff"),
    *("\ufffe", "\ud800", "\udc00\ud800", "é", "e\u0301", "\u017f", "İstanbul", "ß", "\U0001f600" * 40),
    *("\u0300" * 60, "漢" * 200),
    *("a" * 129, "a" * 600, "b" * 5000, "{0}", "{}", "%s", "%n%00%0A", "`", "``", "$" * 9),
    *("${aws:PrincipalTag/x}", "*", "?"),
    *("!", "!!", "!*", "**", "[", "[!", "[!]a", "[a-", "[]]", "*" * 60 + "b", "?" * 300, "\\", "\\*"),
    *("a:b", "::error::x", ":"),
    *("]]>", "</testcase>", "<script>alert(1)</script>", "&lt;", "|", "| a |", "\r\n", "-->", "```", "<<"),
    *("=", "=1+1", "__proto__"),
    *(".", "..", "/", "//", "../base.yaml", "./organisation.yaml", "x" * 300 + ".csv", "teams.json"),
    *("a\0.csv", "file:///etc"),
    *("pack:", "pack:ml-platform", "pack:../x", "git+https://x//y?ref=z", "https://example.com/x", "~"),
    *("nul\n.yaml", "teams.csv/x"),
    *("2026-02-30", "2026-11-21", "0001-01-01", "9999-12-31", "10000-01-01", "2026-11-21T00:00:00Z", "-1"),
    *("null", "true", "1e999"),
    *("aws", "gcp", "aws_instance", "aws:ec2:instance", "aws:ec2:*", "azure:", "kubernetes:Pod"),
    *("kubernetes:apps/Deployment", "zz:zz"),
    *("ml-team", "ML-TEAM", "ml_team", "env", "aws:createdBy", "goog-x", "a/b/c", "/a", "a/"),
    *("kubernetes.io/", "x" * 64, "-a", "a."),
    *("all", "any", "not", "deny", "create", "delete", "read", "forget", "List", "Pod", "PodList", "v1"),
    *("apps/v1", "a/b/c", "/", "v1/"),
    *("module.", "module.a[", 'module.a["', "module.a[0].module", 'x["a\\"]"]', "a[*]", "data."),
    *("a.b.c.d", "each.key", "var."),
)

SCALARS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 90, 91.5, -0.0, 0.1, 1e300, 5e-324, 101, 2**31, 2**53 + 1, 2**63),
    *(2**64, -(2**65)),
    *(10**40, [], {}, [[]], [{}], {"": ""}, [None], {"a": None}, date(2026, 11, 21), date(1, 1, 1)),
    *(date(9999, 12, 31),),
)

RAW: tuple[str, ...] = (
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e-400", "1" * 5000, "0." + "1" * 2000, "012345"),
    *("1_000", "0x1F", "+1", ".5"),
    *('{"a":1,"a":2}', '{"tags":{},"tags":null}', "[1,]", "[,]", "{,}", "{", "]", '"', "'a'", ""),
    *("/*x*/1", "undefined", "tru"),
    *("[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300, "[" * 5000, '{"a":' * 5000),
    *("[" * 60 + "]" * 60,),
    *('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\x41"', '"\t"', '"\x01"', "*nope", "&a x"),
    *("!!binary aGk=", "!!set {a}"),
    *("{? [a] : b}", "{? {a: b} : c}", "{a, b}", "[a: b]", "<<", "{<<: {a: b}}", "{<<: [{a: b}, c]}"),
    *("{1: 2}", "{null: 1}"),
)
# fmt: on
"""Text for the place of a value that no data structure gives when it is written out."""

_MARKER = re.compile(r'"?RAW(\d+)RAW"?|\'RAW(\d+)RAW\'')


def marker(index: int) -> str:
    """Return the text that stands for RAW[index] until the data is written."""
    return f"RAW{index}RAW"


def with_raw(text: str) -> str:
    """Put the raw texts where their markers are."""
    return _MARKER.sub(lambda match: RAW[int(match[1] or match[2]) % len(RAW)], text)
