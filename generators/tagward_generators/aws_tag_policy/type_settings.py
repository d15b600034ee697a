"""The resource types that the settings name: letter by letter, by service, or by globs."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from tagward.catalog import ALL_SUPPORTED, TagPolicyMode, tag_policy_types
from tagward.globs import is_literal
from tagward.judging.spelling import nearest
from tagward_generators.targets import CompileError

_SHAPE = re.compile(r"(?!aws:)[a-z0-9-]+:[\w./-]+", re.ASCII)

SETTINGS: dict[TagPolicyMode, str] = {"enforce": "enforced_types", "report": "report_types"}


def is_type(text: str) -> bool:
    """Say whether a setting names one type letter by letter."""
    return is_literal(text) and not text.endswith(f":{ALL_SUPPORTED}")


def types_of(mode: TagPolicyMode, setting: Iterable[str]) -> tuple[str, ...]:
    """List the types that a setting names. Raises CompileError where it names none."""
    found: dict[str, None] = {}
    for text in setting:
        if is_type(text):
            matching = [text] if _SHAPE.fullmatch(text) else []
        else:
            glob = text.replace(ALL_SUPPORTED, "*") if text.endswith(f":{ALL_SUPPORTED}") else text
            matching = [name for name in _known(mode) if fnmatchcase(name, glob)]
        if not matching:
            raise CompileError(_refusal(text, SETTINGS[mode]))
        found |= dict.fromkeys(matching)
    return tuple(sorted(found))


def _known(mode: TagPolicyMode) -> tuple[str, ...]:
    """List the types that a field takes, and that mean something to tagward."""
    return tuple(name for name, each in tag_policy_types().types.items() if each.type and mode in each.modes)


def _refusal(text: str, setting: str) -> str:
    close = nearest(text.removeprefix("aws:"), tag_policy_types().types) if ":" in text else None
    hint = f"did you mean `{close}`?" if close else "write it like `ec2:instance`"
    return f"`{text}` in `targets.aws-tag-policy.{setting}` is no type of tag policies; {hint}"
