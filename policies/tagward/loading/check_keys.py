"""Checks on keys: legal on every cloud they are used on, and no two tags with one spelling."""

import re
from collections.abc import Iterator

from tagward.diagnostics import Diagnostic, Steps, quoted
from tagward.loading.merging import Merger
from tagward.patterns import legal_key
from tagward.policy import CLOUDS, Policy, Tag


def check_keys(policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    """List illegal and colliding spellings."""
    for tag in policy.tags:
        yield from _illegal(tag, merger)
        yield from _idle_aliases(tag, merger)
    for cloud in CLOUDS:
        yield from _colliding(policy, cloud, merger)


def _illegal(tag: Tag, merger: Merger) -> Iterator[Diagnostic]:
    for cloud, key in tag.keys.items():
        reason = legal_key(cloud, key)
        if reason is not None:
            if key != tag.id:
                yield merger.written.at(
                    ("tags", tag.id, "keys", cloud), f"{quoted(key)} is not legal on {cloud}: {reason}"
                )
            else:
                said = f"the key {quoted(key)} is not legal on {cloud}: {reason}"
                hint = (
                    f"give its spelling there in `keys: {{{cloud}: ...}}`, or name the clouds in `required`"
                )
                yield merger.written.at(("tags", tag.id), said, at_key=True, hint=hint)
    for number, alias in enumerate(tag.aliases):
        if all(legal_key(cloud, alias.key) for cloud in tag.keys):
            path: Steps = ("tags", tag.id, "aliases", number, "key")
            yield merger.written.at(path, f"{quoted(alias.key)} is not legal on any cloud of the tag")


def _colliding(policy: Policy, cloud: str, merger: Merger) -> Iterator[Diagnostic]:
    seen: dict[str, tuple[str, str]] = {}
    for tag in policy.tags:
        if cloud not in tag.keys:
            continue
        for key, path in _spellings(tag, cloud):
            other, spelled = seen.setdefault(fold(cloud, key), (tag.id, key))
            if other != tag.id:
                why = f"{quoted(key)} and {quoted(spelled)} of `{other}` are one key on {cloud}"
                yield merger.written.at(path, f"{why}{_because(cloud, key, spelled)}", at_key=len(path) == 2)


def _spellings(tag: Tag, cloud: str) -> Iterator[tuple[str, Steps]]:
    """List the keys that a tag may have on a cloud, and where each is written."""
    key = tag.keys[cloud]
    yield key, ("tags", tag.id) if key == tag.id else ("tags", tag.id, "keys", cloud)
    for number, alias in enumerate(tag.aliases):
        yield alias.key, ("tags", tag.id, "aliases", number, "key")


def _idle_aliases(tag: Tag, merger: Merger) -> Iterator[Diagnostic]:
    """List the aliases that change nothing: the key itself, or an alias a second time."""
    seen = {cloud: {fold_case(cloud, key)} for cloud, key in tag.keys.items()}
    for number, alias in enumerate(tag.aliases):
        if tag.keys and all(fold_case(cloud, alias.key) in keys for cloud, keys in seen.items()):
            path: Steps = ("tags", tag.id, "aliases", number, "key")
            yield merger.written.at(path, f"{quoted(alias.key)} is a key of the tag already")
        for cloud, keys in seen.items():
            keys.add(fold_case(cloud, alias.key))


def fold_case(cloud: str, key: str) -> str:
    """Return what two keys have in common when a cloud takes them for one."""
    return key.lower() if cloud == "azure" else key


def fold(cloud: str, key: str) -> str:
    """Return what two keys have in common when a cloud, or its cost tools, cannot tell them apart.

    Azure compares tag names without case; OpenCost and Prometheus see Kubernetes labels with every
    character but letters, digits and `_` replaced by `_` (opencost, promutil.SanitizeLabelName).
    """
    return re.sub(r"[^A-Za-z0-9_]", "_", key) if cloud == "kubernetes" else fold_case(cloud, key)


def _because(cloud: str, key: str, spelled: str) -> str:
    if key == spelled:
        return ""
    return (
        " (names compare without case)" if cloud == "azure" else " (cost tools see `_` for `-`, `.` and `/`)"
    )
