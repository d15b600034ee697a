"""What to know before attaching the policies."""

from collections.abc import Iterable, Iterator, Sequence

from tagward.catalog import aws_actions
from tagward_generators.aws_scp.actions import Creation
from tagward_generators.aws_scp.settings import Settings

OLD_LIMIT = 5_120

ACCOUNTS = "SCPs bind member accounts only: never the management account, nor service-linked roles"
CASE = (
    "IAM looks up `aws:RequestTag` without regard to case: where two keys differ by case only, AWS does "
    "not say whose value it compares"
)
NO_PRINCIPALS = (
    "no principal is exempt: name a break-glass role in `targets.aws-scp.exempt_principals` before attaching"
)
LONGER = (
    "some policies have more than 5,120 characters, the limit before May 2026 that older tools still hold to"
)


def notes(settings: Settings, creations: Iterable[Creation], sizes: Sequence[int]) -> tuple[str, ...]:
    """List what the statements cannot say for themselves."""
    made = tuple(creations)
    return (
        ACCOUNTS,
        CASE,
        *(() if settings.exempt_principals else (NO_PRINCIPALS,)),
        *((LONGER,) if max(sizes, default=0) > OLD_LIMIT else ()),
        *_holes(made),
        *_risks(made),
    )


def _holes(creations: Sequence[Creation]) -> Iterator[str]:
    """Say which creations no SCP can ask tags of."""
    data = aws_actions()
    services = sorted({creation.service for creation in creations})
    holes = [name for service in services for name in data.holes.get(service, ())]
    if holes:
        few = ", ".join(holes[:3])
        yield f"{len(holes)} create actions of these services take no tags and are never denied ({few}, ...)"


def _risks(creations: Sequence[Creation]) -> Iterator[str]:
    """Repeat why an action that the settings name is not in the curated set."""
    data = aws_actions()
    for name in sorted({creation.action for creation in creations}):
        if not data.actions[name].default and data.actions[name].why != "uncurated":
            yield f"{name}: {data.reasons[data.actions[name].why]}"
