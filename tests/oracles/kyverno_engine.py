"""Kyverno's command as a process: policies and many objects in, the result of each rule on each object out.

It is good for Kyverno's own policies; ValidatingAdmissionPolicies it matches too loosely: a Namespace is
judged by a rule for pods.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from tests.oracles.manifests import Identity, Manifest, distinct, stream
from tests.oracles.tool import Ran, Tool, ToolError, write

KYVERNO = Tool("kyverno", "github.com/kyverno/kyverno")
absent, version = KYVERNO.absent, KYVERNO.version

DROPPED = ("skipping invalid YAML file", "Non-fatal parsing error")
"""What it says at level 3, and only there, of a policy that it does not understand and leaves out."""


@dataclass(frozen=True, order=True)
class Result:
    """What a rule of a policy says of an object."""

    policy: str
    rule: str
    """"" for a ValidatingPolicy, of which the first validation that fails is reported."""
    outcome: Literal["pass", "fail", "warn", "error", "skip"]
    message: str


def apply(
    policies: Sequence[Manifest],
    objects: Sequence[Manifest],
    *,
    namespaces: Sequence[Manifest] = (),
    exceptions: Sequence[Manifest] = (),
    operation: Literal["CREATE", "UPDATE", "DELETE"] = "CREATE",
) -> list[tuple[Result, ...]]:
    """Apply policies to objects, each of another name; results sorted, by object, none where nothing matched.

    On UPDATE the old object is the new one, so that ClusterPolicies need `allowExistingViolations: false`.
    """
    wanted = distinct(objects)
    with TemporaryDirectory() as folder:
        files = {f"policy-{number}.yaml": json.dumps(each) for number, each in enumerate(policies)}
        paths = write(Path(folder), files)
        write(Path(folder), {"objects.yaml": stream(objects), "values.yaml": _values(namespaces, operation)})
        arguments: list[str | Path] = [
            *("--resource", Path(folder, "objects.yaml"), "--values-file", Path(folder, "values.yaml")),
            *("--policy-report", "--output-format", "json", "--remove-color", "-v", "3"),
        ]
        if exceptions:
            write(Path(folder), {"exceptions.yaml": stream(exceptions)})
            arguments += ["--exceptions", Path(folder, "exceptions.yaml")]
        return _by_object(wanted, _report(KYVERNO.run("apply", *paths, *arguments)))


def _values(namespaces: Sequence[Manifest], operation: str) -> str:
    """Give namespaces twice, as ClusterPolicies and as policies in CEL look for them."""
    selectable = [
        {"name": each["metadata"]["name"], "labels": each["metadata"].get("labels", {})}
        for each in namespaces
    ]
    values = {
        "apiVersion": "cli.kyverno.io/v1alpha1",
        "kind": "Values",
        "metadata": {"name": "values"},
        "globalValues": {"request.operation": operation},
        "namespaceSelector": selectable,
        "namespaces": list(namespaces),
    }
    return json.dumps(values)


def _report(ran: Ran) -> list[dict[str, Any]]:
    dropped = [line for line in ran.said.splitlines() if any(each in line for each in DROPPED)]
    if dropped or ran.said.startswith("Error") or "\nError: " in ran.said or ran.code not in (0, 1):
        raise ToolError("\n".join(dropped) or ran.said)
    reports = [json.loads(line) for line in ran.out.splitlines() if line.startswith("{")]
    if ran.code and not reports:
        raise ToolError(ran.out + ran.said)
    return [result for report in reports for result in report["results"]]


def _by_object(wanted: Sequence[Identity], results: list[dict[str, Any]]) -> list[tuple[Result, ...]]:
    found: dict[Identity, list[Result]] = {each: [] for each in wanted}
    for result in results:
        said = Result(result["policy"], result.get("rule", ""), result["result"], result.get("message", ""))
        for each in result["resources"]:
            found[each["apiVersion"], each["kind"], each.get("namespace", ""), each["name"]].append(said)
    return [tuple(sorted(found[each])) for each in wanted]
