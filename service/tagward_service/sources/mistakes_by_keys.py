"""Files of other trades that their top-level keys give away, in JSON and in YAML."""

from __future__ import annotations

import re
from collections.abc import Collection

from tagward_service.sources.detect import Found
from tagward_service.sources.mistakes import LOG, PLAN_AND_SHOW, WANTED, Mistake


def _other(what: str, instead: str = WANTED) -> Mistake:
    return Mistake(what, instead, other=True)


def _printed_by(command: str) -> Mistake:
    return Mistake(f"what `terraform {command}` prints, which is not a plan", PLAN_AND_SHOW)


_LATER = f"reading it is not part of this version; {WANTED}"
_SYNTHESISED = "give the templates beside it, `*.template.json`"
_GET_TEMPLATE = Mistake(
    "what `aws cloudformation get-template` prints, which has the template inside",
    "print the template alone: `--query TemplateBody`, with `--output text` for a template in YAML",
)
_RENDER = "render it with `helm template CHART > manifests.yaml` and give that file"
_BUILD = "build it with `kustomize build DIR > manifests.yaml` and give that file"
_POLICY = _other("a tagward policy, not something to check against one", "check it with `tagward check`")
_TESTS = _other("tests of a tagward policy, not something to check", "run them with `tagward test`")
_RULES = _other("rules of showback, not something to check", "give them to `tagward showback --rules`")
_OURS = {"TagPolicy": _POLICY, "Test": _TESTS, "Showback": _RULES}
_KUSTOMIZATION = _other("a kustomization", _BUILD)
_KUBECONFIG = _other("a kubeconfig, which says how to reach a cluster")
_CONFIGURATION = Mistake("Terraform configuration in JSON, as CDKTF writes it", PLAN_AND_SHOW)
_OLD_STATE = Mistake(
    "a Terraform state in an old format", "run `terraform show -json` and give what it prints"
)
_AZURE_POLICY = _other("an Azure policy definition")
_TAG_POLICY = _other("an AWS Organizations tag policy")
_AWS_POLICY = _other("an AWS policy document (SCP or IAM)")
_VALUES = _other("the values of a Helm chart", _RENDER)
_SARIF = _other("a SARIF report")
_INFRACOST = _other("a cost report of Infracost", "give the plan that it was made of")
_NPM = _other("a package.json of npm")
_OPENAPI = _other("an OpenAPI description")
_SCHEMA = _other("a JSON Schema")

# The first entry whose keys are all there wins.
_BY_KEYS: tuple[tuple[str, Mistake], ...] = (
    ("@level @message", LOG),
    ("provider_schemas", _printed_by("providers schema -json")),
    ("function_signatures", _printed_by("metadata functions -json")),
    ("provider_selections", _printed_by("version -json")),
    ("valid diagnostics", _printed_by("validate -json")),
    ("valid error_count", _printed_by("validate -json")),
    ("version serial", _OLD_STATE),
    ("TemplateBody StagesAvailable", _GET_TEMPLATE),
    ("$schema contentVersion", Mistake("an Azure Resource Manager template", _LATER)),
    ("steps changeSummary", Mistake("a preview of Pulumi", _LATER)),
    ("version deployment", Mistake("a stack exported from Pulumi", _LATER)),
    ("version artifacts", _other("the manifest of a CDK cloud assembly", _SYNTHESISED)),
    ("Version Statement", _AWS_POLICY),
    ("configurationItems", _other("a snapshot of AWS Config")),
    ("ResourceTagMappingList", _other("a list from the AWS Resource Groups Tagging API")),
    ("policyRule", _AZURE_POLICY),
    ("if then", _AZURE_POLICY),
    ("bomFormat", _other("a software bill of materials (CycloneDX)")),
    ("spdxVersion", _other("a software bill of materials (SPDX)")),
    ("version runs", _SARIF),
    ("$schema runs", _SARIF),
    ("version policy as_of", _other("a report of tagward")),
    ("check_type results", _other("a report of Checkov")),
    ("SchemaVersion Results", _other("a report of Trivy")),
    ("projects currency", _INFRACOST),
    ("projects totalHourlyCost", _INFRACOST),
    ("projects diffTotalHourlyCost", _INFRACOST),
    ("openapi paths", _OPENAPI),
    ("swagger paths", _OPENAPI),
    ("lockfileVersion", _other("a lock file of npm")),
    ("compilerOptions", _other("a configuration of TypeScript")),
    ("name dependencies", _NPM),
    ("name devDependencies", _NPM),
    ("name scripts", _NPM),
    ("$schema $defs", _SCHEMA),
    ("$schema properties", _SCHEMA),
    ("apiVersion name version", _other("the Chart.yaml of a Helm chart", _RENDER)),
    ("on jobs", _other("a GitHub Actions workflow")),
    ("name runs", _other("a GitHub action")),
    ("services", _other("a Docker Compose file")),
    ("repos", _other("a configuration of pre-commit")),
    ("stages", _other("a CI pipeline")),
)
_BLOCKS = frozenset(
    """resource data module provider terraform variable output locals moved import removed check ephemeral
    action //""".split()  # noqa: SIM905
)
_KUSTOMIZE = frozenset(
    """apiVersion kind metadata namespace resources bases components labels commonLabels commonAnnotations
    namePrefix nameSuffix images replicas replacements patches patchesStrategicMerge patchesJson6902
    configMapGenerator secretGenerator generators generatorOptions transformers configurations vars crds
    openapi buildMetadata helmCharts helmGlobals sortOptions validators""".split()  # noqa: SIM905
)
_KUSTOMIZED = frozenset(("resources", "bases", "components"))
_CHART_VALUES = frozenset(
    """replicaCount image imagePullSecrets nameOverride fullnameOverride serviceAccount service ingress
    resources nodeSelector tolerations affinity podAnnotations podSecurityContext autoscaling""".split()  # noqa: SIM905
)
_CHART_VALUES_AT_LEAST = 3
_FIRST_OUTPUT = re.compile(
    r'\s*\{\s*"[^"]+"\s*:\s*\{\s*"sensitive"\s*:\s*(?:true|false)\s*,\s*"type"\s*:', re.ASCII
)
_YAML_OURS = re.compile(r"^[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?tagward/", re.MULTILINE)
_YAML_KIND = re.compile(r"^[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?(\w+)", re.MULTILINE)
_MOST_SHOWN = 4
_LONGEST_SHOWN = 40


def mistake_in_json(text: str, keys: Collection[str], found: Found) -> Mistake:
    """Recognise JSON that is no input."""
    if found.get("apiVersion", b"").startswith(b'"tagward/'):
        return _OURS.get(found.get("kind", b"").decode(errors="replace").strip('"'), _POLICY)
    if found.get("kind") == b'"Config"':
        return _KUBECONFIG
    if found.get("kind") == b'"Kustomization"':
        return _KUSTOMIZATION
    if _FIRST_OUTPUT.match(text):
        return _printed_by("output -json")
    return _by_keys(frozenset(keys), text) or _unknown("JSON", keys)


def mistake_in_yaml(text: str, keys: Collection[str]) -> Mistake:
    """Recognise YAML that holds no manifest."""
    present = frozenset(keys)
    if _YAML_OURS.search(text):
        kind = _YAML_KIND.search(text)
        return _OURS.get(kind[1] if kind else "", _POLICY)
    if {"clusters", "contexts"} <= present:
        return _KUBECONFIG
    if "kustomize.config.k8s.io/" in text or (present & _KUSTOMIZED and present <= _KUSTOMIZE):
        return _KUSTOMIZATION
    if len(present & _CHART_VALUES) >= _CHART_VALUES_AT_LEAST:
        return _VALUES
    return _by_keys(present, text) or _unknown("YAML", keys)


def _by_keys(present: frozenset[str], text: str) -> Mistake | None:
    for keys, mistake in _BY_KEYS:
        if present.issuperset(keys.split()):
            return mistake
    if "tags" in present and "@@assign" in text:
        return _TAG_POLICY
    if "properties" in present and ('"policyRule"' in text or '"policyDefinitions"' in text):
        return _AZURE_POLICY
    return _CONFIGURATION if present and present <= _BLOCKS else None


def _unknown(language: str, keys: Collection[str]) -> Mistake:
    shown = ", ".join(f"`{key[:_LONGEST_SHOWN]}`" for key in list(keys)[:_MOST_SHOWN])
    more = ", ..." if len(keys) > _MOST_SHOWN else ""
    about = f" (its keys: {shown}{more})" if keys else ""
    return _other(f"{language} that is no plan, state or manifest{about}")
