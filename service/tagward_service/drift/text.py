"""A comparison as text for people."""

from collections.abc import Iterator

from tagward.diagnostics import printable, quoted
from tagward_generators.deciding.sentences import Telling
from tagward_generators.deciding.words import listed
from tagward_service.drift.report import ASTRAY, DriftReport, TargetDrift, Unjudged

_NAMED = 8
_COLORS = {
    "stricter": "\x1b[1;33m",
    "looser": "\x1b[1;31m",
    "missing": "\x1b[1;31m",
    "extra": "\x1b[1;33m",
    "detached": "\x1b[1;31m",
    "unjudged": "\x1b[1;35m",
    "alike": "\x1b[32m",
    "same": "\x1b[32m",
}


def text(report: DriftReport, *, color: bool) -> str:
    """Lay a comparison out."""
    lines = [f"from  {printable(report.was)}", f"to    {printable(report.now)}"]
    for target in report.targets:
        lines += ["", target.target, *(f"  {line}" for line in _target(target, report, color=color))]
    for each in report.not_read:
        lines.append(f"\nnot read  {printable(each.what)}: {printable(each.why)}")
    lines += ["", *(f"note: {printable(note)}" for note in report.notes), summary(report)]
    return "\n".join(lines) + "\n"


def summary(report: DriftReport) -> str:
    """Say in one line what it came to."""
    tellings = [telling.direction for target in report.targets for telling in target.tellings]
    states = [each.state for target in report.targets for each in target.objects]
    unjudged = sum(len(target.unjudged) for target in report.targets)
    counts = (
        *((tellings.count(direction), direction) for direction in ("stricter", "looser")),
        *((states.count(state), state) for state in ASTRAY),
        (unjudged, "not evaluated"),
    )
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    if told:
        return f"drift: {told}"
    if report.not_read:
        return "not everything could be read"
    if report.empty:
        return "nothing to compare: nothing is on either side"
    return "no drift: only the text differs" if report.reworded else "no drift: nothing differs"


def _target(target: TargetDrift, report: DriftReport, *, color: bool) -> Iterator[str]:
    for state, words in _astray(report):
        names = [quoted(each.name) for each in target.objects if each.state == state]
        if names:
            yield _line(
                state, f"{listed(names, most=_NAMED)} {'is' if len(names) < 2 else 'are'} {words}", color
            )
    for telling in target.tellings:
        yield _line(telling.direction, sentence(telling, deployed=report.deployed), color)
        yield f"{' ' * 10}[{printable(telling.where)}]"
    for each in target.unjudged:
        yield _line("unjudged", _unjudged(each), color)
    if target.cut:
        yield _line("unjudged", "there are more differences; only the first were looked for", color)
    yield from _alike(target, color=color)


def sentence(telling: Telling, *, deployed: bool) -> str:
    """Tell one difference: of what is deployed, what would change."""
    return telling.sentence("would be {}", "is {} as deployed") if deployed else telling.sentence()


def _astray(report: DriftReport) -> tuple[tuple[str, str], ...]:
    if report.deployed:
        return (
            ("missing", "compiled and not deployed"),
            ("extra", "deployed and compiled no more"),
            ("detached", "deployed and attached to nothing"),
        )
    return ("missing", "new"), ("extra", "compiled no more")


def _alike(target: TargetDrift, *, color: bool) -> Iterator[str]:
    """Say that the text differs and the decisions do not, or that nothing does."""
    if target.unread:
        yield "not compared: not all of it could be read"
    if target.tellings or target.unjudged or target.unread:
        return
    different = [quoted(each.name) for each in target.objects if each.state == "different"]
    requests = f"{target.requests:,} request{'' if target.requests == 1 else 's'}"
    if different:
        names = f"{listed(different, most=_NAMED)} differ{'s' if len(different) < 2 else ''} in text only"
        yield _line("alike", f"{names}: both sides decide alike on {requests}", color)
    elif target.reworded:
        yield _line("alike", f"both sides decide alike on {requests}", color)
    elif target.objects:
        count = len(target.objects)
        yield _line("same", f"{count} artifact{'s are' if count > 1 else ' is'} the same", color)
    else:
        yield _line("same", "nothing on either side", color)


def _unjudged(each: Unjudged) -> str:
    where = {"was": "before", "now": "now", "both": "on both sides, and changed"}[each.side]
    told = f"{each.undecided.what} ({where}) cannot be evaluated: {each.undecided.why}"
    return told if each.side == "both" else f"{told}; sentences here leave it out"


def _line(label: str, words: str, color: bool) -> str:
    shown = f"{_COLORS[label]}{label:<8}\x1b[0m" if color else f"{label:<8}"
    return f"{shown}  {printable(words)}"
