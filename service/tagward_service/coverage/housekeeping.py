"""Is the policy kept up: exemptions that expired, expire soon or cover nothing, and retired values in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from tagward.clouds import reachable
from tagward.findings import Code
from tagward.globs import matcher
from tagward.judging.exempting import SOON, names_exemption
from tagward.policy import Allowed, Exemption, Policy, Tag
from tagward_service.store.interface import Alike, Life, Scan, ScanState, TagTally

Kind = Literal[
    "exemption-expired",
    "exemption-expiring",
    "exemption-unused",
    "value-retired",
    "value-retiring",
    "not-billed",
]


class Notice(Struct, frozen=True):
    """One thing to put in order; `code` is that of the finding it would be, "" where there is none."""

    kind: Kind
    code: str
    subject: str
    message: str
    fix: str


def notices(
    policy: Policy,
    as_of: date,
    scans: Sequence[Scan],
    tags: Sequence[TagTally],
    alike: Iterable[Alike],
) -> tuple[Notice, ...]:
    """Look at a policy in the light of the newest scans."""
    return (
        *dated_exemptions(policy, as_of),
        *unused_exemptions(policy, as_of, scans, {each.account for each in tags}, alike),
        *retired_values(policy, as_of, tags),
    )


def dated_exemptions(policy: Policy, as_of: date) -> Iterator[Notice]:
    """Name exemptions that have expired, or will within 30 days."""
    for each in policy.exemptions:
        if each.expires < as_of:
            said = f"exemption {each.id} expired on {each.expires}"
            fix = f"remove it, or ask {each.owner} to renew it"
            yield Notice("exemption-expired", Code.EXEMPTION, each.id, said, fix)
        elif each.expires - as_of <= SOON:
            said = f"exemption {each.id} expires on {each.expires}"
            fix = f"ask {each.owner} to set the tags or to renew it"
            yield Notice("exemption-expiring", Code.EXEMPTION, each.id, said, fix)


def unused_exemptions(
    policy: Policy,
    as_of: date,
    scans: Sequence[Scan],
    accounts: Iterable[str],
    alike: Iterable[Alike],
) -> Iterator[Notice]:
    """Name exemptions that cover nothing that exists.

    Nobody can tell while something was not read, or while the place of the exemption was not scanned.
    """
    if not scans or any(scan.state is not ScanState.COMPLETE for scan in scans):
        return
    clouds = frozenset(scan.cloud for scan in scans)
    waiting = {
        each.id: each
        for each in policy.exemptions
        if each.expires >= as_of and _is_scanned(each, policy, clouds, accounts)
    }
    if waiting:
        for message in _exempt_messages(alike):
            for used in [each for each in waiting.values() if names_exemption(message, each)]:
                del waiting[used.id]
    for each in waiting.values():
        said = f"exemption {each.id} covers nothing that the newest scans saw"
        yield Notice("exemption-unused", Code.EXEMPTION, each.id, said, f"remove it, or ask {each.owner}")


def _exempt_messages(alike: Iterable[Alike]) -> frozenset[str]:
    return frozenset(wrong.message for each in alike for wrong in each.wrong if wrong.life is Life.EXEMPT)


def _is_scanned(
    exemption: Exemption, policy: Policy, clouds: frozenset[str], accounts: Iterable[str]
) -> bool:
    """Say whether the scans looked where an exemption can cover something."""
    tags = [tag for tag in policy.tags if tag.id in exemption.tags]
    possible = reachable(exemption.match) & frozenset(cloud for tag in tags for cloud in tag.keys)
    if possible <= clouds:
        return True
    named = exemption.match.accounts
    return bool(possible & clouds) and (not named or any(map(matcher(named), accounts)))


def retired_values(policy: Policy, as_of: date, tallies: Iterable[TagTally]) -> Iterator[Notice]:
    """Name values that are in use although their registry has retired them, or will within 30 days."""
    used: Counter[tuple[str, str]] = Counter()
    for each in tallies:
        used[each.tag, each.value] += each.resources
    for tag in policy.tags:
        if isinstance(tag.constraint, Allowed):
            yield from _retired(tag, tag.constraint, as_of, used)


def _retired(tag: Tag, allowed: Allowed, as_of: date, used: Counter[tuple[str, str]]) -> Iterator[Notice]:
    for value, until in sorted(allowed.until.items()):
        count = used[tag.id, value]
        if not count or until - as_of > SOON:
            continue
        on = f"on {count} resource{'' if count == 1 else 's'}"
        by = f" (registry `{allowed.registry}`)" if allowed.registry else ""
        fix = f"give {'it' if count == 1 else 'them'} another value of `{tag.id}`"
        subject = f"{tag.id}={value}"
        if until < as_of:
            said = f"`{tag.id}` is `{value}` {on}, which retired after {until}{by}"
            yield Notice("value-retired", Code.NOT_ALLOWED, subject, said, fix)
        else:
            said = f"`{tag.id}` is `{value}` {on}, which retires after {until}{by}"
            yield Notice("value-retiring", "", subject, said, fix)
