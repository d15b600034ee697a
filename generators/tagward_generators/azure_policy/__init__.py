"""Azure Policy: resources with bad tags are denied or audited by custom definitions in one initiative."""

from collections.abc import Iterator
from datetime import date

from msgspec import json

from tagward.policy import Policy
from tagward_generators.azure_policy.definitions import Definition, definitions
from tagward_generators.azure_policy.documents import Documents
from tagward_generators.azure_policy.exempting import native
from tagward_generators.azure_policy.inheriting import inheriting
from tagward_generators.azure_policy.limits import check, check_size
from tagward_generators.azure_policy.notes import notes
from tagward_generators.azure_policy.outcomes import Outcomes
from tagward_generators.azure_policy.reach import CLOUD, RESOURCES, SURFACE
from tagward_generators.azure_policy.settings import Settings, settings_of
from tagward_generators.azure_policy.writing import Json
from tagward_generators.days import changes_on
from tagward_generators.rules import rules
from tagward_generators.targets import Artifact, Compilation, CompileError
from tagward_generators.violations import Violations


class AzurePolicy:
    """The target `azure-policy`."""

    name = "azure-policy"
    clouds = ("azure",)

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day. Raises CompileError when it cannot fit."""
        settings = settings_of(policy.targets.azure_policy)
        outcomes = Outcomes(policy, as_of, settings)
        made = [outcomes.of(rule) for rule in rules(policy)]
        parts = [part for found, _ in made for part in found]
        every = [*_inherited(policy, as_of, settings), *definitions(policy, parts)]
        check(every)
        return Compilation(
            self.name,
            tuple(_artifacts(Documents(policy, settings, every), as_of)),
            tuple(row for _, row in made),
            tuple(notes(settings)),
            changes_on(policy, as_of, cloud=CLOUD, surface=SURFACE),
        )


def _inherited(policy: Policy, day: date, settings: Settings) -> Iterator[Definition]:
    if not settings.inherit:
        return
    if not settings.location:
        raise CompileError("`targets.azure-policy.inherit` needs an identity: say where in `location`")
    yield from inheriting(Violations(policy, RESOURCES.platform, day))


def _artifacts(documents: Documents, day: date) -> Iterator[Artifact]:
    if not documents.definitions:
        return
    for definition in documents.definitions:
        yield _artifact(documents.definition(definition), "definition", definition.tag)
    yield _artifact(documents.initiative(), "initiative")
    yield _artifact(documents.assignment(), "assignment")
    for exemption in documents.policy.exemptions:
        if native(exemption) and day <= exemption.expires:
            for account in exemption.match.accounts:
                body = documents.exemption(exemption, account)
                if body["properties"]["policyDefinitionReferenceIds"]:
                    yield _artifact(body, "exemption")


def _artifact(body: Json, kind: str, tag: str = "") -> Artifact:
    path = f"{body['name']}.{kind}.json"
    content = f"{json.format(json.encode(body), indent=2).decode()}\n"
    check_size(path, content, tag)
    return Artifact(path, content, body["type"].rpartition("/")[2])
