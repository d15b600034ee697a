"""Which accounts and regions there are to read, and which are left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tagward_service.sources.aws.pages import pages
from tagward_service.sources.aws.problems import Denied, Refused, asking
from tagward_service.sources.aws.sessions import Sessions
from tagward_service.sources.interface import NotEvaluated

ACTIVE = "ACTIVE"
_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
_SHUT = "not-opted-in"


class Account(Struct, frozen=True, order=True):
    """An account that is to be read."""

    id: str
    name: str = ""

    def __str__(self) -> str:
        return f"account {self.id} ({self.name})" if self.name else f"account {self.id}"


def accounts(sessions: Sessions) -> Iterator[Account | NotEvaluated]:
    """List the active accounts of the organization, by id; without one, the caller's own.

    An account that is being closed is named and no more: AWS lets nobody read it, and nobody could mend it.
    """
    try:
        # An organization has one account at the least: where none is listed, there is no organization.
        listed = sorted(_listed(sessions)) or [(sessions.own_account, "", ACTIVE)]
    except Denied as denied:
        why = f"only the caller's own account is read: {denied.why}; or name accounts with --accounts"
        yield NotEvaluated("the organization's other accounts", why, incomplete=True)
        listed = [(sessions.own_account, "", ACTIVE)]
    except Refused as refused:
        if _NO_ORGANIZATION not in refused.why:
            raise
        listed = [(sessions.own_account, "", ACTIVE)]
    for id_, name, state in listed:
        account = Account(id_, name)
        if state == ACTIVE:
            yield account
        else:
            yield NotEvaluated(str(account), f"the account is {state}: AWS lets nobody read it")


def organization(sessions: Sessions, named: Sequence[str] = ()) -> str:
    """Return the id of the organization that named accounts are all in.

    It is "" where there is none, nobody may know, or some account is not in it.
    """
    try:
        with asking("organizations:DescribeOrganization"):
            told = sessions.own("organizations").describe_organization()
        if named and not set(named) <= {id_ for id_, _, _ in _listed(sessions)}:
            return ""
    except Refused:
        return ""
    return str(told["Organization"]["Id"])


def regions(
    sessions: Sessions, account: Account, wanted: Sequence[str] | None
) -> Iterator[str | NotEvaluated]:
    """List the regions of an account that are enabled and wanted, sorted.

    A region that is not enabled is named and no more, unless it was asked for: nothing can be read there,
    though what was left behind when it was disabled is still billed.
    """
    enabled = _enabled(sessions, account)
    for name in sorted(enabled if wanted is None else set(wanted)):
        if enabled.get(name):
            yield name
        elif wanted is not None:
            why = (
                "the region is not enabled in this account" if name in enabled else "AWS knows no such region"
            )
            yield NotEvaluated(f"{account.id} {name}", f"{why}: leave it out of --regions", incomplete=True)
    shut = [name for name, is_enabled in sorted(enabled.items()) if not is_enabled]
    if wanted is None and shut:
        why = "regions that are not enabled: what was left there, if they once were, is still billed"
        yield NotEvaluated(f"{account.id} {', '.join(shut)}", why)


def denied(sessions: Sessions, account: Account, why: str) -> NotEvaluated:
    """Say that an account cannot be read."""
    next_step = f"let `{sessions.role_of(account.id)}` trust you, or choose accounts with --accounts"
    return NotEvaluated(str(account), f"{why}; {next_step}", incomplete=True)


def _listed(sessions: Sessions) -> Iterator[tuple[str, str, str]]:
    client = sessions.own("organizations")
    for page in pages(client, "ListAccounts", {}, permission="organizations:ListAccounts"):
        for each in page["Accounts"]:
            # `Status` is what AWS said before there was `State`.
            yield (
                each["Id"],
                each.get("Name", ""),
                each.get("State") or each.get("Status") or "of unknown state",
            )


def _enabled(sessions: Sessions, account: Account) -> dict[str, bool]:
    client = sessions.client(account.id, "ec2")
    with asking("ec2:DescribeRegions"):
        answer = client.describe_regions(AllRegions=True)
    return {each["RegionName"]: each.get("OptInStatus") != _SHUT for each in answer["Regions"]}
