"""A real API server that knows every kind of the catalogue, and what it says of requests under a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from random import Random
from typing import Any

from msgspec import Struct

from tagward.catalog import Kinds, KubernetesKind, kubernetes_kinds
from tagward.policy import Policy
from tagward_generators.targets import Compilation
from tests.generators.admission_laws import Asked, documents
from tests.generators.kubernetes_objects import NAMESPACES, VERSIONS, Data, Objects, labels_in
from tests.generators.named_workloads import FLAT
from tests.generators.random_tags import tags
from tests.generators.worlds import KUBERNETES
from tests.oracles.apiserver_client import Client, Reply, until
from tests.oracles.apiserver_engine import running
from tests.oracles.manifests import namespace

REGISTRATION = "admissionregistration.k8s.io/v1"

_BUILT_IN = ("", "apps", "batch")
_GONE = ("extensions",)
_APPROVED = {"api-approved.kubernetes.io": "unapproved, for tests"}
"""Some kinds live in groups of Kubernetes itself, whose definitions must carry this."""
_PROBES = count()


def version(kind: KubernetesKind) -> str:
    """Return the version in which random objects of a kind are."""
    return VERSIONS.get(kind.group, "v1alpha1")


def definition(kind: KubernetesKind) -> Data:
    """Define a kind whose objects may hold anything."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = {"plural": kind.plural, "singular": kind.kind.lower(), "kind": kind.kind}
    served = {"name": version(kind), "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{kind.group}", "annotations": _APPROVED},
        "spec": {
            "group": kind.group,
            "names": names,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [served],
        },
    }


def legal(made: Data) -> Data:
    """Spell labels as a server takes them: random ones may have a prefix in capitals."""
    for labels in labels_in(made):
        for key in tuple(labels):
            prefix, slash, name = key.rpartition("/")
            labels[f"{prefix.lower()}{slash}{name}"] = labels.pop(key)
    return made


def served_kinds() -> tuple[KubernetesKind, ...]:
    """List the kinds that the server can serve."""
    return tuple(kind for kind in kubernetes_kinds() if kind.group not in _GONE)


class Server(Struct, frozen=True):
    """A server with namespaces, and objects in them that updates change."""

    client: Client
    standing: Sequence[Data]

    @contextmanager
    def bound(self, documents: Sequence[Data]) -> Iterator[None]:
        """Put policies in force for the time of a block."""
        made = [self._create(each) for each in documents]
        params = [each for each in made if each["kind"] == "ConfigMap"]
        *probe, refused = _probe(next(_PROBES), params)
        made += map(self._create, probe)
        until(lambda: not self.client.create(refused, dry_run=True).ok)
        try:
            yield
        finally:
            # What policies look at goes last: without it none of them refuses anything.
            self._delete(each for each in made if each not in params)
            until(lambda: self.client.create(refused, dry_run=True).ok)
            self._delete(params)

    def _create(self, document: Data) -> Data:
        made = self.client.create(document)
        assert made.ok, made.message
        assert not made.warnings, made.warnings
        found: Data = made.body
        return found

    def _delete(self, documents: Iterable[Data]) -> None:
        for each in documents:
            assert self.client.delete(each).ok

    @staticmethod
    def settle(holds: Callable[[], bool]) -> None:
        """Wait for a change to take effect."""
        until(holds)

    def ask(self, one: Asked) -> Reply:
        """Make a request, without effect."""
        if one.operation == "CREATE":
            return self.client.create(one.object, dry_run=True)
        return self.client.update(one.object, dry_run=True)


def in_force(compilation: Compilation) -> list[Data]:
    """List what is deployed, parameters first."""
    every = [each for artifact in compilation.artifacts for each in documents(artifact)]
    return sorted(every, key=lambda each: each["kind"] != "ConfigMap")


@contextmanager
def server(rng: Random, policy: Policy) -> Iterator[Server]:
    """Start a server; labels of namespaces and of standing objects are near what a policy asks for."""
    with running() as client:
        for kind in (*served_kinds(), *Kinds(FLAT).further):
            if kind.group not in _BUILT_IN:
                made = client.create(definition(kind))
                assert made.ok, made.message
        for name in NAMESPACES:
            made = client.create(legal(namespace(name, tags(rng, policy, KUBERNETES))))
            assert made.ok, made.message
        ready = Server(client, tuple(_standing(rng, client, policy)))
        # Once no binding has parameters, a server never looks at a ConfigMap again (kubernetes#130887).
        with ready.bound([_config_map("watched")]):
            yield ready


def _standing(rng: Random, client: Client, policy: Policy) -> Iterator[Data]:
    """Make objects of every kind."""
    objects = Objects(rng, policy)
    for kind in served_kinds():
        made = legal(objects.object(kind))
        made["metadata"] |= {"name": f"standing-{kind.kind.lower()}"}
        made["metadata"].pop("generateName", None)
        until(partial(_is_there, client, made))
        yield client.request("GET", client.place(made)).body


def _is_there(client: Client, made: Data) -> bool:
    """Make an object; a kind that was just defined is served a little later."""
    try:
        said = client.create(made)
    except (KeyError, AssertionError):
        return False
    assert said.code in (201, 404, 409), said.message
    return said.ok


def _probe(number: int, params: Sequence[Data]) -> tuple[Data, Data, Data]:
    """Make a policy, its binding, and an object that is refused as soon as both and `params` are in force."""
    name = f"probe-{number}"
    about = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
    refused = f'object.metadata.name == "{name}"'
    policy: dict[str, Any] = {"matchConstraints": {"resourceRules": [about]}}
    bound: dict[str, Any] = {"policyName": name, "validationActions": ["Deny"]}
    for metadata in (each["metadata"] for each in params):
        refused += f' && params.metadata.uid == "{metadata["uid"]}"'
        policy["paramKind"] = {"apiVersion": "v1", "kind": "ConfigMap"}
        found = {"name": metadata["name"], "namespace": metadata["namespace"]}
        bound["paramRef"] = found | {"parameterNotFoundAction": "Allow"}
    policy["validations"] = [{"expression": f"!({refused})"}]
    made = [
        {"apiVersion": REGISTRATION, "kind": kind, "metadata": {"name": name}, "spec": spec}
        for kind, spec in (
            ("ValidatingAdmissionPolicy", policy),
            ("ValidatingAdmissionPolicyBinding", bound),
        )
    ]
    return made[0], made[1], _config_map(name)


def _config_map(name: str) -> Data:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}}
