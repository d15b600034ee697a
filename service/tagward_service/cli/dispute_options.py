"""What the commands on disputes have in common: options, who says so, and which teams there are."""

from __future__ import annotations

import getpass
import os
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.rules_options import RULES, rules_of
from tagward_service.cli.settings import Settings
from tagward_service.cli.store_options import STORE

if TYPE_CHECKING:
    from tagward.policy import Policy

Format = Literal["text", "json", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)

BY = options.Option(name="by", metavar="NAME", help="who says so; the user of this process if not given")
REASON = options.Option(name="reason", metavar="TEXT", help="why; mandatory, and kept for ever")
COMMON = (
    STORE,
    options.POLICY,
    RULES,
    options.FORMAT,
    options.AS_OF,
    options.CONFIG,
    options.COLOR,
    options.QUIET,
)


def needed(settings: Settings, name: str) -> str:
    """Return the text of an option; raises UsageError where it is missing or blank."""
    text = (settings.text(name) or "").strip()
    if not text:
        raise UsageError(f"missing `--{name} {name.upper()}`")
    return text


def person(settings: Settings) -> str:
    """Say who it is that says so."""
    given = (settings.text("by") or "").strip()
    if given:
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def check_team(settings: Settings, policy: Policy, name: str, *, on: date | None = None) -> None:
    """Raise UsageError for a team that the policy does not know, or that has retired by a day."""
    from tagward.policy import Allowed
    from tagward_service.billing.owners import owner_tag

    team = rules_of(settings).dimensions.team if settings.text("rules") else owner_tag(policy)
    tag = policy.tag(team) if team else None
    if tag is None or not isinstance(tag.constraint, Allowed):
        return
    where = f"registry {quoted(tag.constraint.registry)}" if tag.constraint.registry else "list of values"
    if name not in tag.constraint.values:
        guess = did_you_mean(name, tag.constraint.values)
        hint = f"did you mean `{guess}`?" if guess else f"see {where}"
        raise UsageError(f"{quoted(name)} is no {tag.id} in the {where}; {hint}")
    if on is not None and name not in tag.constraint.on(on):
        raise UsageError(f"{quoted(name)} retired on {tag.constraint.until[name]}; name a team that is there")
