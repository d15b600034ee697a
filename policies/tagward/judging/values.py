"""Judging one value of one tag: blank, replaced, allowed, matching, legal on its cloud."""

from collections.abc import Callable, Iterable
from datetime import date

from msgspec import Struct

from tagward.findings import Code
from tagward.judging.spelling import nearest, shorten
from tagward.patterns import PatternError, compile_pattern, legal_value
from tagward.policy import Allowed, Matches, Tag
from tagward.resource import TagValue

FEW = 8
"""So many allowed values are listed in a message."""


class Fault(Struct, frozen=True):
    """What is wrong with a value: `said` goes on from "`key` is `value`", `use` is the value to use."""

    code: Code
    rule: str
    said: str
    use: str | None = None

    @property
    def counts_as_missing(self) -> bool:
        """Say whether a tag with this value is as good as not there."""
        return self.code is Code.BLANK


def is_blank(value: str, placeholders: frozenset[str]) -> bool:
    """Say whether a value says nothing: empty, white space, or a placeholder in any case."""
    stripped = value.strip()
    return not stripped or stripped.casefold() in placeholders


def folded(placeholders: Iterable[str]) -> frozenset[str]:
    """Prepare placeholders for `is_blank`."""
    return frozenset(word.strip().casefold() for word in placeholders)


def fits(tag: Tag, value: str, day: date) -> bool:
    """Say whether a tag accepts a value on a day, as far as its values, registry or pattern can be read."""
    match tag.constraint:
        case Allowed() as allowed:
            return not allowed.values or value in allowed.on(day)
        case Matches(pattern):
            try:
                return compile_pattern(pattern)(value)
            except PatternError:
                return True
    return True


def one_of(values: Iterable[str]) -> str:
    """List values for a message, cut after a few."""
    every = tuple(values)
    more = f" and {len(every) - FEW} more" if len(every) > FEW else ""
    return ", ".join(every[:FEW]) + more


NO_VALUE = Fault(Code.MISSING, "required", "missing")
"""The verdict on what is not there, or not known."""


class Verdicts(dict[TagValue | None, Fault | None]):
    """Verdicts by value, each made when it is first asked for; None is a good one."""

    MOST = 65_536

    def __init__(self, judge: Callable[[str], Fault | None]) -> None:
        super().__init__({None: NO_VALUE})
        self._judge = judge

    def __missing__(self, value: TagValue | None) -> Fault | None:
        if not isinstance(value, str):
            return NO_VALUE
        if len(self) >= self.MOST:
            self.clear()
        fault = self[value] = self._judge(value)
        return fault


class ValueJudge:
    """The value rules of one tag on one cloud and day; verdicts are remembered, as values repeat."""

    def __init__(self, tag: Tag, cloud: str, placeholders: frozenset[str], day: date) -> None:
        self.tag = tag
        self.cloud = cloud
        self.placeholders = placeholders
        self.day = day
        self.verdicts = Verdicts(self._judge)
        self._check = self._checker()

    def __call__(self, value: str) -> Fault | None:
        """Return what is wrong with a value, if anything."""
        return self.verdicts[value]

    def is_blank(self, value: str) -> bool:
        """Say whether a value says nothing, which is told sooner than what else is wrong with it."""
        if value not in self.verdicts:
            return is_blank(value, self.placeholders)
        fault = self.verdicts[value]
        return fault is not None and fault.code is Code.BLANK

    def _judge(self, value: str) -> Fault | None:
        if is_blank(value, self.placeholders):
            said = "blank" if not value.strip() else "a placeholder"
            return Fault(Code.BLANK, "required", said, self.suggestion())
        if value in self.tag.replaces:
            use = self.tag.replaces[value]
            return Fault(Code.DEPRECATED, "replaces", f"replaced by `{use}`", use)
        return self._check(value) or self._legal(value)

    def suggestion(self) -> str | None:
        """Return a value that would do, where the policy gives one."""
        return self.tag.example or None

    def _legal(self, value: str) -> Fault | None:
        reason = legal_value(self.cloud, value)
        return Fault(Code.ILLEGAL, "legal", f"not legal on {self.cloud}: {reason}") if reason else None

    def _checker(self) -> Callable[[str], Fault | None]:
        match self.tag.constraint:
            case Allowed() as allowed:
                return self._allowed(allowed)
            case Matches(pattern):
                return self._matches(pattern)
            case None:
                return lambda _: None

    def _allowed(self, allowed: Allowed) -> Callable[[str], Fault | None]:
        valid = allowed.on(self.day)

        def check(value: str) -> Fault | None:
            if value in valid:
                return None
            return Fault(Code.NOT_ALLOWED, "value", self._why_not(value, allowed), nearest(value, valid_list))

        valid_list = tuple(each for each in allowed.values if each in valid)
        return check

    def _why_not(self, value: str, allowed: Allowed) -> str:
        if value in allowed.until:
            return f"retired since {allowed.until[value]}"
        if allowed.registry:
            return f"not in the registry `{allowed.registry}`"
        return f"not one of {one_of(allowed.values)}"

    def _matches(self, pattern: str) -> Callable[[str], Fault | None]:
        matches = compile_pattern(pattern)

        def check(value: str) -> Fault | None:
            if matches(value):
                return None
            said = f"not of the form `{shorten(pattern)}`"
            return Fault(Code.NO_MATCH, "value", said, self._tidied(value, matches))

        return check

    def _tidied(self, value: str, matches: Callable[[str], bool]) -> str | None:
        if len(value) > 256:
            return self.suggestion()
        plain = value.strip()
        for separator in ("-", "_", ""):
            for candidate in (plain, plain.lower()):
                tidy = separator.join(candidate.replace("_", " ").replace("-", " ").split())
                if matches(tidy):
                    return tidy
        return self.suggestion()
