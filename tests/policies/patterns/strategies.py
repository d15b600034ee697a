"""Random portable patterns, and texts that come close to them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tagward.patterns import Language, PatternError, parse
from tagward.patterns.refusals import SPECIAL

PLAIN = "abcxyzAZ019 -_:/=@#&~<>'\"é𝒳日"
CLASS_SPECIAL = SPECIAL | frozenset("-&~")


def examples(count: int) -> settings:
    """Try `count` examples, however busy the machine is."""
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def literals() -> st.SearchStrategy[str]:
    """Generate one character that stands for itself, escaped where it must be."""
    escaped = st.sampled_from(sorted(SPECIAL | frozenset("-/_@#"))).map(lambda character: f"\\{character}")
    return st.one_of(st.sampled_from(PLAIN), escaped)


def _spelt(character: str) -> str:
    return f"\\{character}" if character in CLASS_SPECIAL else character


def _ranges() -> st.SearchStrategy[str]:
    characters = st.sampled_from(PLAIN + "".join(sorted(SPECIAL)))
    pairs = st.tuples(characters, characters).map(sorted)
    return pairs.map(lambda pair: f"{_spelt(pair[0])}-{_spelt(pair[1])}")


def classes() -> st.SearchStrategy[str]:
    """Generate a class of ranges and characters, negated or not, with or without a bare dash at an end."""
    members = st.one_of(
        st.sampled_from(["a-z", "0-9", "A-Z", " -~"]), _ranges(), st.sampled_from(PLAIN).map(_spelt)
    )
    return st.builds(
        lambda negated, dash, inside, last: f"[{negated}{dash}{''.join(inside)}{last}]",
        st.sampled_from(["", "^"]),
        st.sampled_from(["", "-"]),
        st.lists(members, min_size=1, max_size=3),
        st.sampled_from(["", "-"]),
    )


def quantifiers() -> st.SearchStrategy[str]:
    """Generate a count, mostly a small one."""
    numbers = st.integers(0, 3)
    return st.one_of(
        st.sampled_from(["?", "*", "+"]),
        numbers.map(lambda count: f"{{{count}}}"),
        numbers.map(lambda count: f"{{{count},}}"),
        st.tuples(numbers, numbers).map(sorted).map(lambda pair: f"{{{pair[0]},{pair[1]}}}"),
    )


def _larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(smaller, min_size=2, max_size=4).map("".join),
        st.lists(smaller, min_size=2, max_size=3).map(lambda options: f"({'|'.join(options)})"),
        st.builds(lambda inside, count: f"({inside}){count}", smaller, quantifiers()),
    )


def fragments() -> st.SearchStrategy[str]:
    """Generate portable text that can stand anywhere in a pattern."""
    atoms = st.one_of(literals(), classes())
    counted = st.builds(lambda atom, count: atom + count, atoms, quantifiers())
    return st.recursive(st.one_of(atoms, counted), _larger, max_leaves=6)


def _accepted(pattern: str) -> bool:
    try:
        parse(pattern)
    except PatternError:
        return False
    return True


def portable_patterns() -> st.SearchStrategy[str]:
    """Generate patterns that `parse` accepts; only those of nothing but the empty value are filtered out."""
    whole = st.lists(fragments(), min_size=1, max_size=3).map("|".join)
    anchored = st.builds(
        lambda start, text, end: f"{start}{text}{end}",
        st.sampled_from(["", "^"]),
        whole,
        st.sampled_from(["", "$"]),
    )
    return anchored.filter(_accepted)


def texts_near(language: Language, rng: Random, count: int) -> Iterator[str]:
    """Generate members, members with one change, and short texts of any kind."""
    characters = [*PLAIN, *sorted(SPECIAL), *"\n\0\x7f "]
    for _ in range(count):
        text = language.sample(rng, 8)
        if text is None or rng.random() < 0.2:
            text = "".join(rng.choices(characters, k=rng.randrange(6)))
        elif rng.random() < 0.6:
            at = rng.randint(0, len(text))
            text = text[:at] + rng.choice(["", *characters]) + text[at + rng.randint(0, 1) :]
        yield text
