"""What a file is, told by its content: inputs, and what people hand in by mistake."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tagward.errors import InputError
from tagward_service.sources.detect import LOOK, Kind, OtherFileError, detect_kind
from tests.effort import effort

MISTAKES = Path(__file__).parent / "data" / "mistakes"

PLAN = {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {}, "resource_changes": []}
SHOWN_STATE = {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {}}}
RAW_STATE = {"version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "a", "resources": []}
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
REQUEST = {
    "uid": "1",
    "kind": {"group": "", "version": "v1", "kind": "Pod"},
    "operation": "CREATE",
    "object": POD,
}
BIG = {"root_module": {"resources": [{"address": "a.b", "values": {"text": "x" * LOOK}}]}}


def detected(content: bytes | str) -> Kind:
    return detect_kind(memoryview(content.encode() if isinstance(content, str) else content), "given")


def refused(content: bytes | str) -> InputError:
    with pytest.raises(InputError) as caught:
        detected(content)
    assert caught.value.file == "given"
    assert caught.value.instead
    return caught.value


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (PLAN, Kind.PLAN),
        ({"resource_changes": []}, Kind.PLAN),
        ({"planned_values": {}}, Kind.PLAN),
        ({"format_version": "1.2", "configuration": {}, "prior_state": {}}, Kind.PLAN),
        ({"plan_format_version": "1.2", "resource_drift": [], "provider_schemas": {}}, Kind.PLAN),
        (SHOWN_STATE, Kind.STATE),
        ({"format_version": "1.0"}, Kind.STATE),
        (RAW_STATE, Kind.STATE),
        (POD, Kind.MANIFEST_JSON),
        ({"apiVersion": "v1", "items": [POD], "kind": "List"}, Kind.MANIFEST_JSON),
        ([POD, POD], Kind.MANIFEST_JSON),
        (
            {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": REQUEST},
            Kind.MANIFEST_JSON,
        ),
        (REQUEST, Kind.MANIFEST_JSON),
        ({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}, Kind.TEMPLATE),
        ({"Description": "x", "Resources": {"A": {"Type": "AWS::S3::Bucket"}}}, Kind.TEMPLATE),
        ({"Parameters": {}, "Resources": {"A": {"Properties": {}, "Type": "Custom::A"}}}, Kind.TEMPLATE),
    ],
)
def test_each_kind_is_told_whatever_the_order_of_the_keys(document: object, kind: Kind) -> None:
    assert detected(json.dumps(document)) is kind
    assert detected(json.dumps(document, sort_keys=True, indent=2)) is kind
    if isinstance(document, dict):
        assert detected(json.dumps(dict(reversed(document.items())))) is kind


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"checks": BIG, **PLAN}, Kind.PLAN),
        ({"timestamp": BIG, **SHOWN_STATE}, Kind.STATE),
        ({"resources": BIG, **RAW_STATE}, Kind.STATE),
        ({"spec": BIG, **POD}, Kind.MANIFEST_JSON),
        ([{"spec": BIG, **POD}], Kind.MANIFEST_JSON),
        ({"Mappings": BIG, "Resources": {"A": {"Type": "AWS::S3::Bucket"}}}, Kind.TEMPLATE),
    ],
)
def test_keys_beyond_the_first_look_tell_the_kind(document: object, kind: Kind) -> None:
    assert detected(json.dumps(document)) is kind


def test_a_plan_whose_values_mention_other_kinds_stays_a_plan() -> None:
    inner = {"apiVersion": "v1", "kind": "Pod", "Statement": [], "@level": "info", "@message": "no"}
    assert detected(json.dumps({"format_version": "1.2", "variables": {"a": inner}, **PLAN})) is Kind.PLAN


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Pod\n",
        "# Source: chart/templates/x.yaml\n---\nkind: Pod\nmetadata: {}\napiVersion: v1\n",
        '"apiVersion": v1\n"kind": Pod\n',
        "- apiVersion: v1\n  kind: Pod\n",
        "{apiVersion: v1, kind: Pod}\n",
        "# " + "x" * LOOK + "\napiVersion: v1\nkind: Pod\n",
        "kind: ConfigMap\ndata:\n  a: " + "x" * LOOK + "\napiVersion: v1\n",
    ],
)
def test_manifests_in_yaml_are_told(text: str) -> None:
    assert detected(text) is Kind.MANIFEST_YAML


@pytest.mark.parametrize(
    "text",
    [
        "AWSTemplateFormatVersion: 2010-09-09\n",
        "# a comment\n---\nDescription: x\nAWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n",
        "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Name: !Ref A\n",
        "Transform: AWS::Serverless-2016-10-31\r\nResources:\r\n  A:\r\n    Type: AWS::SNS::Topic\r\n",
        '"Resources":\n  A: {"Type": "Custom::Thing"}\n',
        "{AWSTemplateFormatVersion: '2010-09-09', Resources: {}}\n",
        "Mappings:\n  A: " + "x" * LOOK + "\nResources:\n  A:\n    Type: AWS::S3::Bucket\n",
        "Resources:\n  A:\n    Type: Custom::A\n    Text: |\n      apiVersion: v1\n      kind: Pod\n#"
        + "x" * LOOK,
    ],
)
def test_templates_in_yaml_are_told(text: str) -> None:
    assert detected(text) is Kind.TEMPLATE


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  t: |\n    AWSTemplateFormatVersion: 2010-09-09\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  t: |\n    Resources:\n      A: {Type: AWS::S3::Bucket}\n",
    ],
)
def test_a_manifest_that_holds_a_template_stays_a_manifest(text: str) -> None:
    assert detected(text) is Kind.MANIFEST_YAML


def test_sections_that_no_template_has_are_no_template() -> None:
    assert isinstance(refused("Resources:\n- cpu\n- memory\n"), OtherFileError)
    assert isinstance(refused('{"Resources": {"cpu": 1}}'), OtherFileError)


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"\0content")
    return buffer.getvalue()


LOG = '{"@level":"info","@message":"Terraform 1.13.4","@module":"terraform.ui","type":"version"}\n'
LOG_WHAT = "the log of `terraform plan -json`, which is not the plan"
UTF16_WHAT = "text in UTF-16, as `>` writes it in Windows PowerShell"
PLAN_TEXT_WHAT = "the text of a Terraform plan, for people to read"
KUBECONFIG = "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\ncurrent-context: a\n"
HCL_WHAT = "Terraform source (HCL)"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file holds nothing but blanks"),
        (zipped("tfplan"), "a binary Terraform plan"),
        (b"\x1f\x8b\x08\0\0\0", "compressed with gzip"),
        (zipped("chart/values.yaml"), "a zip archive"),
        (json.dumps(PLAN).encode("utf-16"), UTF16_WHAT),
        (json.dumps(PLAN).encode("utf-16-le"), UTF16_WHAT),
        (json.dumps(PLAN).encode("utf-16-be"), UTF16_WHAT),
        ("apiVersion: v1\nkind: Pod\n".encode("utf-16-le"), UTF16_WHAT),
        (LOG, LOG_WHAT),
        (LOG * 3, LOG_WHAT),
        ("Initializing the backend...\n" + LOG * 2, LOG_WHAT),
        (LOG[:60] + "\n", LOG_WHAT),
        (
            "Terraform will perform the following actions:\n\n  # aws_instance.a will be created\n",
            PLAN_TEXT_WHAT,
        ),
        ("\x1b[1m\x1b[32mNo changes.\x1b[0m Your infrastructure matches.\n", PLAN_TEXT_WHAT),
        ("a.b: Refreshing state... [id=1]\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n", PLAN_TEXT_WHAT),
        (
            '# aws_instance.a:\nresource "aws_instance" "a" {\n}\n',
            "the text of `terraform show`, for people to read",
        ),
        (
            "╷\n│ Error: Backend initialization required\n",
            "messages of a command that failed, not its result",
        ),
        (
            json.dumps({"format_version": "1.0", "provider_schemas": {}}),
            "what `terraform providers schema -json` prints, which is not a plan",
        ),
        (
            json.dumps({"a": {"sensitive": False, "type": "string", "value": "x"}}),
            "what `terraform output -json` prints, which is not a plan",
        ),
        (
            json.dumps({"terraform_version": "1.9", "platform": "linux_amd64", "provider_selections": {}}),
            "what `terraform version -json` prints, which is not a plan",
        ),
        (
            json.dumps({"format_version": "1.0", "valid": True, "error_count": 0, "diagnostics": []}),
            "what `terraform validate -json` prints, which is not a plan",
        ),
        (json.dumps({"version": 3, "serial": 1, "modules": []}), "a Terraform state in an old format"),
        (
            json.dumps({"resource": {"aws_instance": {}}, "provider": {}}),
            "Terraform configuration in JSON, as CDKTF writes it",
        ),
        ('{"resource": {}, "import": {}}', "Terraform configuration in JSON, as CDKTF writes it"),
        ('resource "aws_instance" "a" {\n  ami = "x"\n}\n', HCL_WHAT),
        ('ephemeral "random_password" "a" {\n}\n', HCL_WHAT),
        ('# comment\nterraform {\n  required_version = ">= 1"\n}\n', HCL_WHAT),
        (
            '# comment\n\nregion = "eu-west-1"\ntags = {\n  a = "b"\n}\n',
            "values of Terraform variables (tfvars)",
        ),
        ("digraph G {\n}\n", "a graph, from `terraform graph`"),
        (
            json.dumps({"StagesAvailable": ["Original"], "TemplateBody": {"Resources": {}}}),
            "what `aws cloudformation get-template` prints, which has the template inside",
        ),
        ("metadata:\n  name: {{ .Values.name }}\n", "a Helm template"),
        ("{{- if .Values.on }}\na: b\n{{- end }}\n", "a Helm template"),
        ('BilledCost,ChargePeriodStart,Tags\n1,2,"{}"\n', "a billing export in CSV"),
        ("<!DOCTYPE html>\n<html></html>\n", "a web page, perhaps a login or an error page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a pointer of Git LFS"),
        ("<<<<<<< HEAD\napiVersion: v1\n=======\n", "a file with an unresolved merge conflict"),
        ("name: caf\xe9\n".encode("latin-1"), "text that is not UTF-8"),
        (b'{"a":' * 20_000, "JSON that is nested too deep to be a plan, a state or a manifest"),
        (b'{"steps": [], "changeSummary": {}}', "a preview of Pulumi"),
        ((MISTAKES / "terraform_log.json").read_bytes(), LOG_WHAT),
    ],
)
def test_what_was_meant_as_an_input_is_named(content: bytes | str, what: str) -> None:
    error = refused(content)
    assert error.what == what
    assert not isinstance(error, OtherFileError)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("apiVersion: tagward/v1\nkind: TagPolicy\n", "a tagward policy, not something to check against one"),
        (
            json.dumps({"apiVersion": "tagward/v1", "kind": "TagPolicy"}),
            "a tagward policy, not something to check against one",
        ),
        ("resources:\n- a.yaml\nnamePrefix: x-\n", "a kustomization"),
        (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
            "a kustomization",
        ),
        ("resources: []\nconfigurations: []\n", "a kustomization"),
        ("bases: [../a]\nnamespace: x\nvars: []\n", "a kustomization"),
        ("metadata: {}\ncomponents: []\ngeneratorOptions: {}\n", "a kustomization"),
        (KUBECONFIG, "a kubeconfig, which says how to reach a cluster"),
        ("apiVersion: v2\nname: chart\nversion: 1.0.0\n", "the Chart.yaml of a Helm chart"),
        ("replicaCount: 1\nimage: {}\nservice: {}\n", "the values of a Helm chart"),
        ("services:\n  web:\n    image: nginx\n", "a Docker Compose file"),
        ("name: CI\non: [push]\njobs: {}\n", "a GitHub Actions workflow"),
        ("repos: []\n", "a configuration of pre-commit"),
        (
            "description: a\nvalues: {}\n",
            "YAML that is no plan, state or manifest (its keys: `description`, `values`)",
        ),
        ("- hosts: all\n", "YAML that is no plan, state or manifest"),
        ("just some words\n", "text that is no plan, state or manifest"),
        ("a,b,c\n1,2,3\n", "a table in CSV"),
        (b"\x7fELF\0\0", "binary data"),
        ('{"name": "x", "dependencies": {}}', "a package.json of npm"),
        ('{"name": "x", "lockfileVersion": 3}', "a lock file of npm"),
        ('{"version": "2.1.0", "runs": []}', "a SARIF report"),
        ('{"bomFormat": "CycloneDX", "components": []}', "a software bill of materials (CycloneDX)"),
        ('{"version": "36", "artifacts": {}}', "the manifest of a CDK cloud assembly"),
        ('{"version": "0.2", "currency": "USD", "projects": []}', "a cost report of Infracost"),
        ('{"projects": [], "totalHourlyCost": "1", "summary": {}}', "a cost report of Infracost"),
        ('{"spdxVersion": "SPDX-2.3"}', "a software bill of materials (SPDX)"),
        ('{"Version": "2012-10-17", "Statement": []}', "an AWS policy document (SCP or IAM)"),
        ('{"configurationItems": []}', "a snapshot of AWS Config"),
        ('{"version": 1, "policy": {}, "as_of": "2026-11-21"}', "a report of tagward"),
        (
            '{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}',
            "JSON that is no plan, state or manifest (its keys: `a`, `b`, `c`, `d`, ...)",
        ),
        ("[1, 2]", "JSON that is no plan, state or manifest"),
        ("[]", "JSON that is no plan, state or manifest"),
        ((MISTAKES / "azure_policy.json").read_bytes(), "an Azure policy definition"),
        ((MISTAKES / "aws_tag_policy.json").read_bytes(), "an AWS Organizations tag policy"),
    ],
)
def test_files_of_other_trades_are_named(content: bytes | str, what: str) -> None:
    error = refused(content)
    assert error.what == what
    assert isinstance(error, OtherFileError)


INDENTED_POD = "  apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n"
INDENTED_TEMPLATE = "  Description: a\n  Resources:\n    A:\n      Type: AWS::S3::Bucket\n"


@pytest.mark.parametrize("before", ["", "\n", "---\n", "# a comment\n\n---\n  # another\n"])
@pytest.mark.parametrize(
    ("document", "kind"), [(INDENTED_POD, Kind.MANIFEST_YAML), (INDENTED_TEMPLATE, Kind.TEMPLATE)]
)
def test_a_document_that_is_indented_as_a_whole_is_told(before: str, document: str, kind: Kind) -> None:
    assert detected(before + document) is kind
    assert detected((before + document).replace("\n", "\r\n")) is kind


def test_keys_inside_something_else_do_not_make_a_manifest() -> None:
    assert isinstance(refused("extra:\n  apiVersion: v1\n  kind: Pod\n"), OtherFileError)


def test_json_that_is_cut_off_says_where_it_ends() -> None:
    error = refused('{\n"version": 7,\n"a": [1, 2')
    assert error.what == "JSON that is cut off: it ends at byte 26 before its last bracket"
    assert error.line == 3


def test_broken_json_says_where_it_breaks() -> None:
    error = refused('{\n"a": 1,\n"b": nope\n}')
    assert error.what == "not valid JSON: invalid character, at byte 16"
    assert error.line == 3


def test_two_json_values_in_a_file_are_told_from_trailing_text() -> None:
    assert refused('{"a": 1}\n{"a": 2}\n').what == "a second JSON value begins here"
    assert refused('{"a": 1}\nDone.\n').what == "text follows the JSON"


def test_every_refusal_says_what_to_do_next() -> None:
    assert (
        refused(LOG).instead
        == "run `terraform plan -out=tfplan`, then `terraform show -json tfplan > plan.json`"
    )
    assert "terraform show -json tfplan" in str(refused(zipped("tfplan")).instead)
    assert "tagward check" in str(refused("apiVersion: tagward/v1\nkind: TagPolicy\n").instead)
    assert "kustomize build" in str(refused("resources: [a.yaml]\n").instead)
    assert "helm template" in str(refused('{{ include "a" . }}\n').instead)
    assert "tagward coverage" in str(refused("BilledCost,Tags\n1,2\n").instead)


def is_told_or_refused(content: bytes) -> bool:
    try:
        return isinstance(detected(content), Kind)
    except InputError as error:
        return bool(error.what)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@example(b'{"')
@example(b"[{")
@example(b'[{"apiVersion"')
@example(b"{{{{")
@example(b"\xef\xbb")
@example(b'{"version": 4, "serial": "')
def test_any_bytes_are_told_or_refused(content: bytes) -> None:
    assert is_told_or_refused(content)


JSON = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_told_or_refused(document: object) -> None:
    assert is_told_or_refused(json.dumps(document).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"\n" * LOOK + b"x",
        b"{{ " * LOOK,
        b"a," * LOOK,
        b"BilledCost" * LOOK,
        b"#\n" * LOOK,
        b'"' * LOOK,
        b"[" * 10 * LOOK,
        b"x" * 100 * LOOK,
        b'{"a": "' + b"x" * 100 * LOOK + b'"}',
    ],
)
def test_hostile_files_are_refused_at_once(content: bytes) -> None:
    said: list[str] = []
    assert effort(lambda: said.append(refused(content).what)) < 100
    assert all(said)
