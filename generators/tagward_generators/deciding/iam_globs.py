"""Globs of IAM: texts that they match, and whether they say something that only a request can fill in."""

import re

from tagward_generators.aws_scp.blocks import glob_expression

ESCAPED = re.compile(r"\$\{([*?$])\}")
VARIABLE = re.compile(r"\$\{(?![*?$]\})")

_SOME = {"*": "x1", "?": "x"}
_LEAST = {"*": "", "?": "x"}


def matches(glob: str, text: str) -> bool:
    """Say whether a glob matches a whole text, with regard to case."""
    return glob_expression(glob).fullmatch(text) is not None


def examples(glob: str) -> tuple[str, ...]:
    """Return texts that a glob matches: one where each `*` stands for something, one where it does not."""
    parts = re.findall(r"\$\{[*?$]\}|.", glob, re.DOTALL)
    texts = ("".join(_filled(part, how) for part in parts) for how in (_SOME, _LEAST))
    return tuple(dict.fromkeys(texts))


def arn_example(glob: str, *, region: str, account: str) -> str:
    """Return an ARN that a glob matches; a region or account that it leaves open is filled in."""
    parts = glob.split(":", 5)
    if len(parts) < 6:
        return examples(glob)[0]
    given = {1: "aws", 3: region, 4: account}
    filled = [given.get(at, part) if part == "*" else part for at, part in enumerate(parts)]
    return ":".join(examples(part)[0] for part in filled)


def arn_matches(glob: str, arn: str) -> bool:
    """Compare as ArnLike does: each of the six parts of an ARN by itself."""
    wanted, given = glob.split(":", 5), arn.split(":", 5)
    if glob == "*":
        return True
    if len(wanted) != len(given):
        return False
    return all(matches(want, part) for want, part in zip(wanted, given, strict=True))


def _filled(part: str, how: dict[str, str]) -> str:
    escaped = ESCAPED.fullmatch(part)
    return escaped[1] if escaped else how.get(part, part)
