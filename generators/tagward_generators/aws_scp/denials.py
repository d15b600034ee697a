"""From "this request breaks the rule" to Deny statements, with an account of what was left out."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from tagward_generators.aws_scp.actions import Creation
from tagward_generators.aws_scp.blocks import Block, Unplaceable, block
from tagward_generators.aws_scp.logic import FALSE, Expression, TooManyTerms, every, terms, unsayable
from tagward_generators.aws_scp.selecting import Place
from tagward_generators.aws_scp.statements import Statement, minified, statements

Wrong = Callable[[Place], Expression]
"""When a request that makes something of this kind breaks the rule."""

LookedAt = Callable[[Place], bool]
"""Whether a rule looks at what is made beside something else."""


def everywhere(_: Place) -> bool:
    """Look at everything that is made: a rule on tags that are there harms nobody who leaves them out."""
    return True


class Denied(Struct, frozen=True):
    """The statements for one rule; `reasons` say what slips through."""

    statements: tuple[Statement, ...] = ()
    reasons: tuple[str, ...] = ()


class Denier:
    """Writes statements over a set of create requests, sparing the principals that are exempt."""

    def __init__(self, creations: Iterable[Creation], principals: Iterable[str]) -> None:
        self.creations = tuple(creations)
        self.principals = tuple(principals)

    def deny(self, stem: str, subject: str, wrong: Wrong, looked_at: LookedAt = everywhere) -> Denied:
        """Deny every request that breaks a rule; `looked_at` decides on types made beside others."""
        reasons: list[str] = []
        unseen: list[Creation] = []
        seen: dict[Expression, list[Creation]] = {}
        for creation in self.creations:
            alternatives = tuple(dict.fromkeys(map(wrong, creation.places)))
            broken = every(*alternatives)
            reasons += [_at_once(creation)] if len(alternatives) > 1 else []
            if broken == FALSE:
                continue
            if creation.beside and not looked_at(creation.places[0]):
                unseen.append(creation)
            else:
                seen.setdefault(broken, []).append(creation)
        found = tuple(
            statement
            for condition, made in _by_condition(seen, reasons)
            for statement in statements(stem, subject, made, self.spared(condition))
        )
        return Denied(found, tuple(dict.fromkeys((*_beside(unseen), *reasons))))

    def spared(self, condition: Block) -> Block:
        """Leave the exempt principals out of a condition."""
        if not self.principals:
            return condition
        return {"ArnNotLike": {"aws:PrincipalArn": self.principals}, **condition}


def _by_condition(
    seen: dict[Expression, list[Creation]], reasons: list[str]
) -> Iterator[tuple[Block, list[Creation]]]:
    """Pair each condition with everything that it is asked of."""
    found: dict[str, tuple[Block, list[Creation]]] = {}
    for broken, made in seen.items():
        reasons += unsayable(broken)
        for condition in _blocks(broken, reasons):
            found.setdefault(minified(condition), (condition, []))[1].extend(made)
    yield from found.values()


def _blocks(broken: Expression, reasons: list[str]) -> list[Block]:
    """Write each alternative as a block; what cannot be written becomes a reason."""
    try:
        alternatives = terms(broken)
    except TooManyTerms as many:
        reasons.append(f"its conditions would take more than {many} statements for every action")
        return []
    found = []
    for term in alternatives:
        try:
            found.append(block(term))
        except Unplaceable as key:
            reasons.append(f"its conditions test `{key}` more often than one statement can")
    return [each for each in found if each is not None]


def _at_once(creation: Creation) -> str:
    made = _listed([place.type for place in creation.places])
    return f"{creation.action} makes {made} at once, and is denied only where the rule is broken for each"


def _beside(unseen: Iterable[Creation]) -> Iterator[str]:
    """Say what is made beside something else and goes unchecked, by action."""
    kinds: dict[str, list[str]] = {}
    for creation in unseen:
        kinds.setdefault(creation.action, []).append(creation.places[0].type.rpartition(":")[2])
    for action, made in kinds.items():
        yield f"not looked at unless `on.types` names it: {_listed(sorted(made))} of {action}"


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
