"""Kinds of Kubernetes that a policy names, and the paths of their pod templates."""

import re
from collections.abc import Iterator

from msgspec import Struct, UnsetType

from tagward import language
from tagward.diagnostics import Steps, did_you_mean, quoted
from tagward.policy import Workload

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?\.[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Z][A-Za-z0-9]{0,62}")
_VERSIONED = re.compile(r"([^/]+)/v[0-9][a-z0-9]*/([^/]+)")
_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WILDCARD = re.compile(r"\[\*\]")
_OTHER_BRACKETS = re.compile(r"\[(?!\*\]).*")
_NUMBER = re.compile(r"\[[0-9]+\]")
_DEEPEST = 32
_NO_FIELDS = frozenset(("true", "false", "null", "in"))
"""What CEL takes for something else, so that no guardrail could ask for it."""

_WRITTEN = "write it like `spec.workers[*].template` (a list) or `spec.replicas.*.template` (a map)"


class Problem(Struct, frozen=True):
    """What is wrong with a workload, and where; `at_key` when it is the key that is wrong."""

    path: Steps
    message: str
    hint: str | None = None
    at_key: bool = False


class _PathError(Exception):
    """A path that leads nowhere; `hint` says what to write."""

    def __init__(self, message: str, hint: str = _WRITTEN) -> None:
        super().__init__(message)
        self.hint = hint


def read_workload(name: str, entry: language.Workload) -> tuple[Workload, tuple[Problem, ...]]:
    """Build a workload, and list what is wrong with it."""
    written = [] if isinstance(entry.templates, UnsetType) else entry.templates
    problems = [*_check_name(name), *_check_whole(name, entry)]
    templates: dict[str, None] = {}
    for number, text in enumerate(written):
        try:
            _add(_template(text), templates)
        except _PathError as error:
            path: Steps = ("workloads", name, "templates", number)
            problems.append(Problem(path, f"{quoted(text)}: {error}", error.hint))
    workload = Workload(
        name,
        tuple(templates),
        entry.propagates is True,
        entry.namespaced is not False,
        "" if isinstance(entry.plural, UnsetType) else entry.plural,
    )
    return workload, tuple(problems)


def _check_name(name: str) -> Iterator[Problem]:
    from tagward.catalog import kubernetes_kind, written

    path: Steps = ("workloads", name)
    known = kubernetes_kind(*name.split("/")) if name.count("/") == 1 else kubernetes_kind("", name)
    if known is not None:
        places = ", ".join(f"`{written(place.at)}`" for place in known.templates if place.at)
        hint = f"leave it out; its pod templates are at {places}" if places else "leave it out"
        yield Problem(path, f"the catalogue has {quoted(name)} already", hint, at_key=True)
    elif _NAME.fullmatch(name) is None:
        versioned = _VERSIONED.fullmatch(name)
        meant = name.removeprefix("kubernetes:") if versioned is None else "/".join(versioned.groups())
        hint = f"write `{meant}`" if _NAME.fullmatch(meant) else "write it like `example.com/TrainingRun`"
        yield Problem(path, f"{quoted(name)} is no kind: that is GROUP/Kind", hint, at_key=True)


def _check_whole(name: str, entry: language.Workload) -> Iterator[Problem]:
    if isinstance(entry.templates, UnsetType) and entry.propagates is not True:
        said = f"nothing says where the labels of the pods of {quoted(name)} are"
        hint = (
            "name its pod templates in `templates`, or say `propagates: true`: its own labels reach its pods"
        )
        yield Problem(("workloads", name), said, hint, at_key=True)


def _add(path: str, templates: dict[str, None]) -> None:
    if path in templates:
        raise _PathError("this path is there already", "leave one of them out")
    templates[path] = None


def _template(text: str) -> str:
    """Return the path of a pod template as the catalogue writes it. Raises _PathError."""
    plain = text.removeprefix("$").removeprefix(".")
    if _NUMBER.search(plain):
        every = _NUMBER.sub("[*]", plain)
        raise _PathError("a pod template is looked for in every element", f"write `{every}`")
    if found := _OTHER_BRACKETS.search(plain):
        raise _PathError(f"{quoted(found[0])} cannot be told: of a list, every element counts")
    steps = _WILDCARD.sub(".[]", plain).removeprefix(".").split(".")
    if len(steps) > _DEEPEST:
        raise _PathError(f"more than {_DEEPEST} steps", "name the pod template alone")
    steps = ["{}" if step == "*" else step for step in steps]
    for step in steps:
        _check_step(step)
    _check_start(steps[0], text)
    _check_end(steps)
    return ".".join(steps)


def _check_step(step: str) -> None:
    if step in ("[]", "{}"):
        return
    if _STEP.fullmatch(step) is None or step in _NO_FIELDS:
        said = f"{quoted(step)} is no field" if step else "a step is empty"
        raise _PathError(said)


def _check_start(first: str, text: str) -> None:
    if first in ("[]", "{}"):
        raise _PathError("an object is no list: a path begins with a field")
    if first in ("metadata", "status", "apiVersion", "kind"):
        raise _PathError(f"no pod template is in `{first}`")
    if first != "spec" and did_you_mean(first, ["spec"]):
        raise _PathError(f"{quoted(first)} is no field", f"did you mean `{text.replace(first, 'spec', 1)}`?")


def _check_end(steps: list[str]) -> None:
    """Refuse a path that goes on to the labels of the pod template: they are looked for there anyway."""
    from tagward.catalog import written

    for end in (["metadata", "labels"], ["metadata"], ["labels"]):
        if steps[-len(end) :] == end:
            above = written(".".join(steps[: -len(end)])) or "spec.template"
            raise _PathError("this leads into the pod template", f"name the template itself: `{above}`")
