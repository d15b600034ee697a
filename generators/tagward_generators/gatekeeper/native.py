"""The checks as CEL, for the engine K8sNativeValidation and the admission policies that come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tagward_generators.cel import quoted
from tagward_generators.gatekeeper.hiding import HIDDEN, SeeingChecks
from tagward_generators.gatekeeper.matching import is_plain
from tagward_generators.kubernetes.matching import conditions
from tagward_generators.kubernetes.settings import Settings
from tagward_generators.kubernetes.variables import Variable, Variables, used

LONGEST = 1_250
"""In characters, of four bytes at most: a message that is longer than 5 KiB is dropped for the plain one."""

_MODE = "variables.params.mode"
_ALONE = (
    ("not-deleted", 'request.?operation.orValue("") != "DELETE"'),
    ("not-a-subresource", 'request.?subResource.orValue("") == ""'),
)


def source(checks: SeeingChecks, settings: Settings) -> dict[str, Any]:
    """Write the code of a template: one validation, as one message is all that gets out in mode deny."""
    faults = ((name, each.faults) for name, each in checks.named.items())
    variables = (*_known(checks, settings), *faults, ("said", _said(checks)))
    return {
        "failurePolicy": settings.failure_policy,
        # Gatekeeper spells the field in the singular.
        "matchCondition": list(_conditions(checks, settings.exclude_namespaces)),
        "variables": [
            {"name": name, "expression": expression}
            for name, expression in used(variables, ["variables.said variables.address"])
        ],
        "validations": [
            {
                "expression": 'variables.said == ""',
                "messageExpression": _shortened('variables.address + ": " + variables.said'),
                "message": f"the labels do not follow the policy {checks.policy.name}",
            }
        ],
    }


def _conditions(checks: SeeingChecks, excluded: Sequence[str]) -> Iterator[dict[str, str]]:
    """Leave requests alone; one condition that is false is enough, even where others fail."""
    for name, expression in _ALONE:
        yield {"name": name, "expression": expression}
    yield from conditions(checks.kinds, [each for each in excluded if not is_plain(each)])


def _known(checks: SeeingChecks, settings: Settings) -> Iterator[Variable]:
    """List the variables of admission policies; only in mode deny an update passes for what it leaves."""
    tags = (messages.facts for messages in checks.messages.values())
    for name, expression in Variables(checks.kinds, tags, fair=settings.is_fair).all():
        if name == "above":
            yield "hidden", HIDDEN
        yield name, f'{_MODE} == "deny" && {expression}' if name == "unchanged" else expression


def _said(checks: SeeingChecks) -> str:
    """Say everything that is wrong in the mode of the constraint."""
    branches = (
        f'{_MODE} == {quoted(mode)} ? [\n{_faults(checks.of(mode))}].filter(t, t != "").join("; ") :'
        for mode in checks.modes()
    )
    return "\n".join((*branches, '""'))


def _faults(names: Iterable[str]) -> str:
    return ",\n".join(f'variables.{name}.join("; ")' for name in names)


def _shortened(text: str) -> str:
    return f'[{text}].map(t, size(t) > {LONGEST} ? t.substring(0, {LONGEST}) + "..." : t)[0]'
