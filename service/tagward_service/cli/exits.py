"""Exit codes: what the command line promises to scripts."""

from enum import IntEnum


class Exit(IntEnum):
    """What a run came to; the first that applies of 2, 4, 1, 3, else 0."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    NOTHING = 3
    INCOMPLETE = 4
    BUG = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


MEANING = {
    Exit.CLEAN: "clean",
    Exit.FINDINGS: "findings at or above --fail-on",
    Exit.USAGE: "usage, policy or input error",
    Exit.NOTHING: "nothing was evaluated",
    Exit.INCOMPLETE: "incomplete: something could not be read",
}


def explained(*codes: Exit) -> str:
    """Describe exit codes for a help page, one a line."""
    return "\n".join(["exit codes:", *(f"  {code.value}  {MEANING[code]}" for code in codes)])
