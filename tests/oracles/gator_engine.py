"""Gatekeeper as a process: templates, constraints and many objects in, the violations of each out."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.oracles.manifests import Manifest, distinct, identity, stream
from tests.oracles.tool import Tool, ToolError, write

GATOR = Tool("gator", "github.com/open-policy-agent/gatekeeper/v3")
absent, version = GATOR.absent, GATOR.version

UNMATCHED = "unable to match constraints"
CASE = re.compile(r"^ +--- (PASS|FAIL|SKIP): case-(\d+)\s.*\n((?: {8}.*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Violation:
    """What a constraint has against an object."""

    constraint: str
    action: str
    """Its enforcementAction: deny, warn, dryrun."""
    message: str


def violations(
    policies: Sequence[Manifest], objects: Sequence[Manifest], *, namespaces: Sequence[Manifest] = ()
) -> list[tuple[Violation, ...]]:
    """Audit objects, each of another name, under templates and constraints; violations sorted, by object.

    There is no operation in an audit: `input.review.operation` is "". A namespaced object whose Namespace is
    not among `namespaces` is a ToolError where a constraint selects by it.
    """
    wanted = distinct(objects)
    with TemporaryDirectory() as folder:
        write(Path(folder), {"all.yaml": stream([*policies, *namespaces, *objects])})
        ran = GATOR.run("test", "--output", "json", "--filename", folder)
    if not ran.out.startswith(("[", "null")):
        raise ToolError(ran.out + ran.said)
    found: dict[Any, set[Violation]] = {each: set() for each in wanted}
    for result in json.loads(ran.out) or []:
        found.get(identity(result["violatingObject"]), set()).add(_violation(result))
    return [tuple(sorted(found[each], key=lambda each: (each.constraint, each.message))) for each in wanted]


def _violation(result: Mapping[str, Any]) -> Violation:
    _refuse_unmatched(result["msg"])
    return Violation(result["constraint"]["metadata"]["name"], result["enforcementAction"], result["msg"])


def _refuse_unmatched(message: str) -> None:
    """Gator reports that it could not look at an object as if that were a violation."""
    if UNMATCHED in message:
        raise ToolError(message)


def review(
    template: Manifest,
    constraint: Manifest,
    requests: Sequence[Mapping[str, Any]],
    *,
    namespaces: Sequence[Manifest] = (),
) -> list[str]:
    """Review AdmissionRequests (operation, object, oldObject, userInfo ...) under one constraint.

    Returns what gator says of each: "" without a violation, otherwise its messages in one text.
    """
    numbers = range(len(requests))
    files = {
        "template.yaml": json.dumps(template),
        "constraint.yaml": json.dumps(constraint),
        "suite.yaml": json.dumps(_suite(numbers, len(namespaces))),
        **{f"namespace-{number}.yaml": json.dumps(each) for number, each in enumerate(namespaces)},
        **{f"review-{number}.yaml": json.dumps(_reviewed(each)) for number, each in enumerate(requests)},
    }
    with TemporaryDirectory() as folder:
        write(Path(folder), files)
        ran = GATOR.run("verify", "--verbose", str(Path(folder, "suite.yaml")))
    said = dict(_cases(ran.out))
    if set(said) != set(numbers):
        raise ToolError(ran.out + ran.said)
    return [said[number] for number in numbers]


def _suite(cases: Sequence[int], namespaces: int) -> dict[str, Any]:
    inventory = [f"namespace-{number}.yaml" for number in range(namespaces)]
    none = [{"violations": "no"}]
    return {
        "apiVersion": "test.gatekeeper.sh/v1alpha1",
        "kind": "Suite",
        "metadata": {"name": "suite"},
        "tests": [
            {
                "name": "all",
                "template": "template.yaml",
                "constraint": "constraint.yaml",
                "cases": [
                    {
                        "name": f"case-{number}",
                        "object": f"review-{number}.yaml",
                        "inventory": inventory,
                        "assertions": none,
                    }
                    for number in cases
                ],
            }
        ],
    }


def _reviewed(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "1", **request},
    }


def _cases(report: str) -> Iterator[tuple[int, str]]:
    for outcome, number, said in CASE.findall(report):
        if outcome == "PASS":
            yield int(number), ""
            continue
        _refuse_unmatched(said)
        if "unexpected number of violations" not in said:
            raise ToolError(said or report)
        yield int(number), said.strip()
