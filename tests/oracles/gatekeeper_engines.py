"""The two engines inside Gatekeeper, told apart: gator with templates that hold the code for one of them."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from tests.oracles import gator_engine
from tests.oracles.gator_engine import Violation
from tests.oracles.manifests import Manifest


@dataclass(frozen=True)
class GatekeeperEngine:
    """One engine, by the name that templates give it."""

    name: str
    said: str

    def absent(self) -> str:
        """Say why the engine cannot run; "" when it can."""
        return gator_engine.absent()

    def version(self) -> str:
        """Name the engine and its version."""
        return f"{gator_engine.version()}, {self.said}"

    def only(self, template: Manifest) -> Manifest:
        """Leave the code for other engines out of a template."""
        made: Manifest = deepcopy(template)
        for target in made["spec"]["targets"]:
            target["code"] = [each for each in target["code"] if each["engine"] == self.name]
        return made

    def violations(
        self,
        policies: Sequence[Manifest],
        objects: Sequence[Manifest],
        *,
        namespaces: Sequence[Manifest] = (),
    ) -> list[tuple[Violation, ...]]:
        """Audit objects under a template, which comes first, and its constraints."""
        template, *constraints = policies
        return gator_engine.violations([self.only(template), *constraints], objects, namespaces=namespaces)

    def review(
        self,
        template: Manifest,
        constraint: Manifest,
        requests: Sequence[Manifest],
        *,
        namespaces: Sequence[Manifest] = (),
    ) -> list[str]:
        """Review requests under a template and a constraint."""
        return gator_engine.review(self.only(template), constraint, requests, namespaces=namespaces)


CEL = GatekeeperEngine("K8sNativeValidation", "CEL")
REGO = GatekeeperEngine("Rego", "Rego")
