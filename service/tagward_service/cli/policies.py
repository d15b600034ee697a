"""From the settings of a run to a loaded policy."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from tagward.diagnostics import Diagnostic
from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.cli.discovery import DEFAULT_PACK, Found, find
from tagward_service.cli.settings import Settings


def take_given(arguments: argparse.Namespace) -> None:
    """Let the policy that is named in the first place be that of --policy; raises UsageError for two."""
    if arguments.given is None:
        return
    if arguments.policy is not None:
        raise UsageError("there are two policies: name one, as POLICY or by --policy")
    arguments.policy = arguments.given


def load_policy(settings: Settings, as_of: date, *, note: bool = True) -> Policy:
    """Find and load the policy and record where it came from; raises PolicyError or UsageError."""
    return load_found(_found(settings, note=note), as_of)


def checked_policy(settings: Settings, as_of: date) -> tuple[Policy, tuple[Diagnostic, ...]]:
    """Do the same, and return what is odd about the policy and yet no error, too."""
    return _load(_found(settings, note=True), as_of)


def _found(settings: Settings, *, note: bool) -> Found:
    found = find(settings.text("policy"), settings.origin("policy"), Path.cwd())
    settings.supply("policy", str(found.source), found.origin)
    if found.fallback and note:
        sys.stderr.write(
            f"note: no tagward.yaml from here up, so {DEFAULT_PACK} applies; `tagward init` writes one\n"
        )
    return found


def with_unknown(policy: Policy, settings: Settings) -> Policy:
    """Let the policy decide what unknown values do, unless an option does."""
    settings.supply("unknown", policy.unknown, "policy")
    return replace(policy, unknown=settings.text("unknown"))


def load_found(found: Found, as_of: date, *, new_exemptions: bool = True) -> Policy:
    """Load a policy that was found; raises PolicyError or UsageError."""
    return _load(found, as_of, new_exemptions=new_exemptions)[0]


def _load(found: Found, as_of: date, *, new_exemptions: bool = True) -> tuple[Policy, tuple[Diagnostic, ...]]:
    from tagward.loader import load_checked

    try:
        return load_checked(found.source, as_of=as_of, new_exemptions=new_exemptions)
    except OSError as error:
        why = (error.strerror or os.strerror(error.errno or 0)).lower()
        raise UsageError(f"cannot read the policy `{found.source}`: {why}") from None
