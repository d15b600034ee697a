"""The namespaces that are left alone, as options name them: the same for a webhook, a service and a scan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward.globs import is_literal
from tagward_service.admission.review import SYSTEM_NAMESPACES
from tagward_service.cli.settings import Settings

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def exempt_namespaces(settings: Settings, named: Sequence[str]) -> tuple[str, ...]:
    """Return the namespaces of the system and those that are named, names or globs.

    Raises UsageError for what no namespace is called, which the API server would not take as a selector, and
    for a leading `!`, which would take the namespaces of the system out again.
    """
    for name in named:
        if name.startswith("!") or (is_literal(name) and _NAMESPACE.fullmatch(name) is None):
            raise UsageError(f"{settings.origin('exempt_namespace')}: no namespace is called {quoted(name)}")
    return (*SYSTEM_NAMESPACES, *named)
