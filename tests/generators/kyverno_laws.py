"""What Kyverno does to a request, by any engine that runs its policies, next to what evaluation says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from tagward.policy import MODES
from tagward_generators.kubernetes.checks import Checks
from tagward_generators.kubernetes.shapes import judged_kinds
from tagward_generators.kyverno import KIND
from tagward_generators.targets import Compilation
from tests.generators.admission_laws import Asked, Judge, asked, documents, drawn_policy, stages
from tests.generators.admission_limits import refusals
from tests.generators.kubernetes_objects import Data
from tests.generators.laws import Breach, breaches, row_breaches
from tests.generators.random_policies import DAY
from tests.generators.recalled import drawn_and_compiled
from tests.generators.vap_laws import Broken, Case, case_breaches
from tests.oracles.cel_engine import CompileError

ACTION = {"deny": "Deny", "warn": "Warn", "audit": "Audit"}


class Said(Struct, frozen=True):
    """What the policy of one mode says of a request."""

    refused: bool
    error: str = ""


NOTHING = Said(refused=False)


def as_compiled(compilation: Compilation) -> Compilation:
    """Break nothing."""
    return compilation


def case(rng: Random, broken: Broken = as_compiled) -> Case:
    """Draw and compile a policy for Kyverno, to be run by the CEL engine; `broken` may break it."""
    drawn, compiled = drawn_and_compiled(rng, drawn_policy, "kyverno")
    compilation = broken(compiled)
    every = tuple(Checks(drawn, DAY, judged_kinds(drawn)).checks())
    rules = {mode: [each.rule for each in every if each.mode == mode] for mode in MODES}
    return Case(drawn, compilation, Judge(drawn, drawn.targets.kyverno), tuple(stages(compilation)), rules)


def found(rng: Random, number: int, broken: Broken = as_compiled) -> Iterator[Breach]:
    """List the breaches of a random policy by random requests, validation by validation."""
    try:
        drawn = case(rng, broken)
    except CompileError as error:
        yield Breach("L4", str(error))
        return
    yield from row_breaches(drawn.policy, drawn.compilation)
    yield from document_breaches(policies(drawn.compilation))
    for _ in range(number):
        yield from case_breaches(drawn, asked(rng, drawn.policy))


def policies(compilation: Compilation) -> list[Data]:
    """List the manifests of a compilation."""
    return [each for artifact in compilation.artifacts for each in documents(artifact)]


def mode_of(document: Data) -> str:
    """Tell the mode that a policy is for by its name."""
    name: str = document["metadata"]["name"]
    return name.rpartition("-")[2]


def document_breaches(made: Iterable[Data]) -> Iterator[Breach]:
    """Look at what is not decided in CEL: limits, actions, and who waits for Kyverno when it is away."""
    for document in made:
        yield from (Breach("L4", said) for said in refusals(document))
        yield from _action_breaches(document["spec"], mode_of(document))
        if document["kind"] != KIND:
            yield Breach("L4", f"`{document['kind']}` is not what Kyverno has")


def _action_breaches(spec: Data, mode: str) -> Iterator[Breach]:
    actions = spec["validationActions"]
    stricter = [each for each in MODES if MODES.index(each) > MODES.index(mode)]
    if any(ACTION[each] in actions for each in stricter):
        yield Breach("L1", f"mode {mode} does {actions}")
    if ACTION[mode] not in actions:
        yield Breach("L2", f"mode {mode} does {actions}")
    if mode != "deny" and spec["failurePolicy"] != "Ignore":
        yield Breach("L1", f"mode {mode} denies while Kyverno is away")


def said_breaches(
    judge: Judge, compilation: Compilation, one: Asked, said: Mapping[str, Said]
) -> Iterator[Breach]:
    """List the breaches by one request, mode by mode; an error is a refusal that nobody meant."""
    for mode in MODES:
        told = said.get(mode, NOTHING)
        yield from breaches(compilation, judge.broken(one, mode), denied=told.refused)
        if told.error:
            yield Breach("L1", f"an error: {told.error}")


def in_one_cluster(requests: Iterable[Asked]) -> list[Asked]:
    """Let all requests see the same namespaces: of each the first that is met."""
    met: dict[str, Data] = {}
    return [
        replace(one, namespace=met.setdefault(one.namespace["metadata"]["name"], one.namespace))
        if one.namespace
        else one
        for one in requests
    ]


def namespaces(requests: Iterable[Asked]) -> list[Data]:
    """List the namespaces that requests are about."""
    found = {one.namespace["metadata"]["name"]: one.namespace for one in requests if one.namespace}
    return list(found.values())
