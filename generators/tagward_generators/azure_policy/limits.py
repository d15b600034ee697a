"""What Azure takes of definitions and initiatives, and what to drop when there is more."""

from collections import Counter
from collections.abc import Sequence

from tagward_generators.azure_policy.definitions import Definition
from tagward_generators.targets import CompileError

MOST_DEFINITIONS = 500
"""Custom definitions in one scope, which is less than an initiative takes."""

MOST_BYTES = 1_048_576
"""The size of the body of a request."""


def check(definitions: Sequence[Definition]) -> None:
    """Refuse what does not fit. Raises CompileError that says what to drop."""
    if len(definitions) > MOST_DEFINITIONS:
        raise CompileError(
            f"the policy makes {len(definitions):,} definitions, Azure takes {MOST_DEFINITIONS} in a scope: "
            f"{_greatest(definitions)}drop tags, or leave out resource groups and subscriptions in "
            "`targets.azure-policy`"
        )
    names = Counter(each.name.lower() for each in definitions)
    twice = sorted({each.tag for each in definitions if names[each.name.lower()] > 1})
    if twice:
        alike = ", ".join(f"`{tag}`" for tag in twice)
        raise CompileError(f"definitions of {alike} have the same name in Azure, without case: rename a tag")


def check_size(path: str, content: str, tag: str = "") -> None:
    """Refuse a body that is too big. Raises CompileError."""
    size = len(content.encode())
    if size > MOST_BYTES:
        about = f"drop values of the tag `{tag}`" if tag else "drop tags"
        raise CompileError(f"`{path}` has {size:,} bytes, and Azure takes {MOST_BYTES:,}: {about}")


def _greatest(definitions: Sequence[Definition]) -> str:
    counts = Counter(each.tag for each in definitions).most_common(3)
    return "".join(f"`{tag}` makes {count}, " for tag, count in counts)
