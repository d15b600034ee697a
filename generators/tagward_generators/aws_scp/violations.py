"""When a create request breaks a rule of a tag: an expression for each rule."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from msgspec import Struct

from tagward.patterns import PatternError, anything, glob_language, iam_globs, legal_example, of_values
from tagward.policy import Allowed, Exemption, Matches, Policy, Requirement, Tag
from tagward_generators.aws_scp.blocks import glob_expression
from tagward_generators.aws_scp.logic import FALSE, TRUE, Expression, every, negate, some
from tagward_generators.aws_scp.requests import NOT_EMPTY, TagRequest, Tags, value_in, value_like
from tagward_generators.aws_scp.selecting import Place, selected

SURFACE = "cloud"
"""What guardrails of a cloud are compiled for."""

SPACES = (" ", "  ")
"""The blank values that somebody may well send; IAM has no way to say that a value is all spaces."""

MOST_GLOBS = 16
"""So many globs stand for one pattern at most: each statement repeats them."""


class Lowered(Struct, frozen=True):
    """The values that a guardrail lets through; `loosens` says which of them the policy does not accept."""

    values: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    loosens: str | None = None

    @property
    def says_anything(self) -> bool:
        """Say whether it refuses any value that is not blank."""
        return self.globs != ("*",)

    def admits(self, word: str) -> bool:
        """Say whether it lets through a word in some spelling of case."""
        folded = word.casefold()
        return any(value.casefold() == folded for value in self.values) or any(
            glob_expression(glob.casefold()).fullmatch(folded) for glob in self.globs
        )

    def admits_padding(self) -> bool:
        """Say whether it may let through a value that begins or ends with white space."""
        ends = [end for glob in self.globs for end in (glob[:1], glob[-1:])]
        return any(end in ("*", "?") or end.isspace() for end in ends)


ANY_VALUE = Lowered(globs=("*",))


class TagViolations:
    """One tag on AWS on a day: what breaks its rules where a request makes something."""

    def __init__(self, tag: Tag, tags: Tags, policy: Policy, day: date) -> None:
        self.tag = tag
        self.tags = tags
        self.policy = policy
        self.day = day
        self.request: TagRequest = tags.by_id[tag.id]
        self.exemptions = active_exemptions(policy, tag, day)

    @cached_property
    def lowered(self) -> Lowered:
        """The values that pass: those replaced by others, blank or retired do not."""
        match self.tag.constraint:
            case Allowed() as allowed:
                valid = allowed.on(self.day)
                values = (v for v in allowed.values if v in valid and v not in self.tag.replaces)
                return Lowered(self.request.real(dict.fromkeys(values)))
            case Matches(pattern):
                globs = iam_globs(pattern, MOST_GLOBS)
                useful = _refuses_something(globs.values)
                return Lowered(globs=globs.values if useful else ("*",), loosens=globs.loosens)
            case None:
                return ANY_VALUE

    def needed(self, place: Place, requirements: Iterable[Requirement] | None = None) -> Expression:
        """Say when the tag must be there."""
        asked = self.tag.requirements if requirements is None else requirements
        return some(*(self._needs(each, place) for each in asked if each.level == "required"))

    def _needs(self, requirement: Requirement, place: Place) -> Expression:
        condition = TRUE if requirement.when is None else self.tags.holds(requirement.when)
        return every(selected(requirement.on, place, self.policy.scopes), condition)

    def always_needed(self, place: Place) -> bool:
        """Say whether the tag must be there whoever asks, and whatever the other tags are."""
        return self.needed(place) == TRUE

    @property
    def forgives(self) -> bool:
        """Say whether the tag may be missing, under a misspelt key, without a denial."""
        soft = any(each.level == "recommended" for each in self.tag.requirements)
        late = self.tag.mode(self.day, SURFACE) != "deny"
        return bool(self.tag.requirements) and (soft or late or bool(self.exemptions))

    def exempt(self, place: Place) -> Expression:
        """Say when an exemption covers the tag."""
        return some(*(selected(each.match, place, self.policy.scopes) for each in self.exemptions))

    def missing(self, place: Place, requirement: Requirement, *, without_case: bool) -> Expression:
        """Say that the tag is not there although a requirement asks for it."""
        gone = self.request.missing_without_case() if without_case else self.request.missing()
        return self._unless_exempt(place, every(gone, self.needed(place, (requirement,))))

    def blank(self, place: Place) -> Expression:
        """Say that the tag must be there and says nothing, where its values do not tell already."""
        if not self.blank_admitted:
            return FALSE
        return self._unless_exempt(place, every(self.needed(place), self.request.each(self._says_nothing)))

    @property
    def blank_admitted(self) -> bool:
        """Say whether the values that pass leave room for one that says nothing."""
        return any(map(self.lowered.admits, ("", *SPACES, *self.request.placeholders)))

    def _says_nothing(self, key: str) -> Expression:
        admits = self.lowered.admits
        words = tuple(filter(admits, (*SPACES, *self.request.placeholders)))
        return some(
            negate(value_like(key, NOT_EMPTY)) if admits("") else FALSE,
            value_like(key, words, "ignore-case") if words else FALSE,
        )

    def wrong_value(self, place: Place) -> Expression:
        """Say that the tag has a value that it must not have; blank ones count where it must be there."""
        if not self.lowered.says_anything:
            return FALSE
        needed = self.needed(place)
        return self._unless_exempt(place, self.request.each(lambda key: self._wrong(key, needed)))

    def wrong_where_needed(self, place: Place) -> Expression:
        """Say that the tag must be there and has a value that does not pass, be it blank."""
        wrong = self.request.each(lambda key: negate(self._passes(key)))
        return self._unless_exempt(place, every(wrong, self.needed(place)))

    def _wrong(self, key: str, needed: Expression) -> Expression:
        return every(negate(self._passes(key)), some(needed, self.request.says_something(key)))

    def _passes(self, key: str) -> Expression:
        if self.lowered.globs:
            return value_like(key, self.lowered.globs)
        return value_in(key, self.lowered.values) if self.lowered.values else FALSE

    def replaced(self, place: Place) -> Expression:
        """Say that the tag has a value that another one replaces, where its values do not tell already."""
        old = tuple(value for value in self.request.real(self.tag.replaces) if self.lowered.admits(value))
        wrong = self.request.each(lambda key: value_in(key, old)) if old else FALSE
        return self._unless_exempt(place, wrong)

    def _unless_exempt(self, place: Place, wrong: Expression) -> Expression:
        return every(wrong, negate(self.exempt(place)))


def _refuses_something(globs: tuple[str, ...]) -> bool:
    """Say whether globs refuse a value that AWS takes, other than the empty one."""
    refused = anything().minus(glob_language(globs)).minus(of_values(("",)))
    try:
        return legal_example(refused, "aws") is not None
    except PatternError:  # too complex to be compared
        return True


def active_exemptions(policy: Policy, tag: Tag, day: date) -> tuple[Exemption, ...]:
    """List the exemptions that cover a tag on a day."""
    return tuple(each for each in policy.exemptions if tag.id in each.tags and day <= each.expires)
