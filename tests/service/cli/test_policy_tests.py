"""tagward test: cases in YAML, each a resource and what is to be found on it."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tagward.diagnostics import Diagnostic
from tagward.errors import PolicyError
from tagward_service.testing.json_results import json_schema as results_schema
from tagward_service.testing.shape import json_schema
from tagward_service.testing.suites import read_suite
from tests.service.cli.conftest import FULL, Run, manifest

Write = Callable[..., Path]

ROOT = Path(__file__).parents[3]
HEADER = "apiVersion: tagward/v1\nkind: Test\npolicy: pack:ml-platform\nas_of: 2026-11-21\n"
TAGS = "{ml-team: fraud, ml-project: cards, ml-workload-type: inference, ml-environment: dev}"
GOOD = f"  - {{name: good, resource: {{type: aws_instance, tags: {TAGS}}}, expect: none}}\n"
BARE = "resource: {type: aws_instance}"
MISSING = "TW001 ml-team, TW001 ml-project, TW001 ml-workload-type, TW001 ml-environment"


@pytest.fixture
def write(here: Path) -> Write:
    def write(cases: str, name: str = "our.test.yaml", header: str = HEADER) -> Path:
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{header}cases:\n{cases}", encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("folder", ["policies/example", "tests/policies/packs"])
def test_the_tests_of_the_example_and_the_packs_pass(run: Run, folder: str) -> None:
    ran = run("test", str(ROOT / folder), "-f", "json")
    assert ran.code == 0, ran.out
    assert json.loads(ran.out)["summary"]["passed"] > 0


def test_a_case_that_comes_out_as_expected_passes(run: Run, write: Write) -> None:
    write(GOOD)
    ran = run("test")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "our.test.yaml\n  ok    good\n\n1 file, 1 case: 1 passed, 0 failed\n"
    assert run("test", "-q").out == "1 file, 1 case: 1 passed, 0 failed\n"


def test_a_failure_shows_what_was_expected_and_what_was_found(run: Run, write: Write) -> None:
    write(f"  - name: other\n    {BARE}\n    expect: [{MISSING.replace('project', 'experiment-id')}]\n")
    ran = run("test")
    assert ran.code == 1
    assert "  FAIL  other\n" in ran.out
    assert "        - expected, not found: TW001 ml-experiment-id\n" in ran.out
    assert (
        "        + found, not expected: TW001 ml-project (violation, error): `ml-project` is missing"
        in ran.out
    )
    assert "        at our.test.yaml:6\n" in ran.out
    assert ran.out.endswith("1 file, 1 case: 0 passed, 1 failed\n")


@pytest.mark.parametrize(
    ("expect", "passes"),
    [
        ("violating", True),
        ("compliant", False),
        ("none", False),
        (f"[{MISSING}]", True),
        ("[TW001, TW001, TW001, TW001 ml-team]", True),
        ("[TW001, TW001, TW001]", False),
        (f"[{MISSING}, TW001]", False),
        ("[]", False),
        ("{status: violating}", True),
        ("{includes: [TW001 ml-team]}", True),
        ("{includes: [TW002 ml-team]}", False),
        ("{includes: [{tag: ml-team, status: violation, severity: error, mode: deny, key: ml-team}]}", True),
        ("{includes: [{tag: ml-team, severity: warning}]}", False),
        ("{includes: [{message: '*is missing*'}]}", True),
        ("{includes: [{message: 'is missing'}]}", False),
        ("{excludes: [TW002]}", True),
        ("{excludes: [TW001 ml-team]}", False),
        ("{status: compliant, findings: []}", False),
    ],
)
def test_expectations_are_verdicts_all_findings_some_or_none_of_some(
    run: Run, write: Write, expect: str, passes: bool
) -> None:
    write(f"  - name: bare\n    {BARE}\n    expect: {expect}\n")
    assert run("test").code == (0 if passes else 1)


def test_nothing_judged_is_no_pass_unless_it_is_expected(run: Run, write: Write) -> None:
    for expect, code in (("[]", 1), ("{excludes: [TW001]}", 1), ("none", 1), ("untaggable", 0)):
        write(f"  - name: x\n    resource: {{type: aws_volume_attachment}}\n    expect: {expect}\n")
        assert run("test").code == code, expect


def test_a_case_names_its_day_and_its_surface(run: Run, write: Write, here: Path) -> None:
    (here / "p.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\ntags:\n  owner:\n    required: true\n"
        "    enforce: [{mode: warn}, {from: 2027-01-15, mode: deny, on: [ci]}]\n"
    )
    cases = [("2027-01-14", "ci", "warn"), ("2027-01-15", "ci", "deny"), ("2027-01-15", "scan", "warn")]
    write(
        "".join(
            f"  - name: {day} {surface}\n    as_of: {day}\n    surface: {surface}\n    {BARE}\n"
            f"    expect: [{{code: TW001, mode: {mode}}}]\n"
            for day, surface, mode in cases
        ),
        header=HEADER.replace("pack:ml-platform", "p.yaml"),
    )
    ran = run("test")
    assert ran.code == 0, ran.out


def test_an_exemption_that_was_written_later_does_not_break_a_test(
    run: Run, write: Write, here: Path
) -> None:
    (here / "p.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\ntags: {a: {required: true}}\nexemptions:\n"
        "  - {id: E, owner: o, reason: r, expires: 2029-06-30, tags: [a], match: {types: [aws_instance]}}\n"
    )
    write(f"  - {{name: x, {BARE}, expect: exempt}}\n", header=HEADER.replace("pack:ml-platform", "p.yaml"))
    ran = run("test")
    assert ran.code == 0, ran.out


def test_what_is_not_known_is_unknown(run: Run, write: Write) -> None:
    known = TAGS.replace("fraud", "{unknown: data.team.x}")
    write(
        f"  - {{name: value, resource: {{type: aws_instance, tags: {known}}},"
        " expect: {status: unknown, findings: [TW006 ml-team]}}\n"
        "  - {name: keys, resource: {type: aws_instance, unknown_tags: var.tags}, expect: unknown}\n"
    )
    ran = run("test")
    assert ran.code == 0, ran.out


def test_inherited_tags_count_where_the_policy_lets_them(run: Run, write: Write, here: Path) -> None:
    (here / "p.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\ntags:\n"
        "  a: {required: true, inherit: [resource-group, namespace]}\n  b: {required: true}\n"
    )
    around = "context: {inherited: {resource-group: {a: x, b: x}, namespace: {a: x}, provider: {b: y}}}"
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: x, labels: {b: x}}}"
    write(
        f"  - name: group\n    resource: {{type: azurerm_storage_account, tags: {{b: x}}}}\n    {around}\n"
        f"    expect: none\n"
        f"  - name: only what may be\n    resource: {{type: azurerm_storage_account}}\n"
        "    context: {inherited: {resource-group: {a: x, b: x}}}\n    expect: [TW001 b]\n"
        f"  - name: default tags\n    resource: {{type: aws_instance, tags: {{a: x}}}}\n    {around}\n"
        f"    expect: none\n"
        f"  - name: pod\n    manifest: {pod}\n    {around}\n    expect: none\n",
        header=HEADER.replace("pack:ml-platform", "p.yaml"),
    )
    ran = run("test")
    assert ran.code == 0, ran.out


def test_a_resource_may_be_in_a_file_beside_the_test(run: Run, write: Write, here: Path) -> None:
    write(
        "  - {name: good, in: pods/good.json, address: Pod/web, expect: none}\n"
        "  - {name: the only one, in: pods/good.json, expect: none}\n"
        "  - {name: other, in: pods/two.yaml, address: b/Pod/web, expect: violating}\n",
        "sub/our.test.yaml",
    )
    (here / "sub/pods").mkdir()
    (here / "sub/pods/good.json").write_text(manifest(**FULL))
    labels = json.dumps(FULL)
    (here / "sub/pods/two.yaml").write_text(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: a, labels: {labels}}}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: b}\n"
    )
    ran = run("test", "sub")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("in: missing.json", "missing.json: there is no such file"),
        ("in: two.json", "the input holds 2 resources; name one:"),
        ("{in: two.json, address: Pod/wbe}", "did you mean `Pod/web`?"),
        ("in: our.test.yaml", "run them with `tagward test`"),
        ("manifest: [{apiVersion: v1, kind: ConfigMap}, {apiVersion: v1, kind: Pod}]", "2 resources"),
        (f"{{{BARE}, expect: [TW001 ml-taem]}}", "no tag `ml-taem`; did you mean `ml-team`?"),
    ],
)
def test_a_case_that_cannot_be_judged_is_an_error_and_the_others_are_run(
    run: Run, write: Write, here: Path, case: str, said: str
) -> None:
    pods = [json.loads(manifest(name)) for name in ("web", "db")]
    (here / "two.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}))
    inner = case.removeprefix("{").removesuffix("}") if case.startswith("{") else case
    expect = "" if "expect" in inner else ", expect: none"
    write(f"  - {{name: bad, {inner}{expect}}}\n{GOOD}")
    ran = run("test")
    assert ran.code == 2
    assert "  ERROR bad\n" in ran.out
    assert said in ran.out
    assert "  ok    good\n" in ran.out
    assert "1 passed, 0 failed, 1 error" in ran.out


@pytest.mark.parametrize(
    ("case", "place", "said"),
    [
        ("{name: x, expect: complaint, resource: {type: aws_instance}}", "6:23", "did you mean `compliant`?"),
        ("{nam: x, expect: none}", "6:6", "unknown key `nam`"),
        ("{name: x, expect: none, resource: {type: aws_instanc}}", "6:46", "did you mean `aws_instance`?"),
        ("{name: x, expect: none, resource: {type: 'kubernetes:Pod'}}", "6:46", "under `manifest`"),
        ("{name: x, expect: none}", "6:12", "one of `resource`, `manifest` and `in`, found none"),
        ("{name: x, expect: none, in: '-'}", "6:33", "not standard input"),
        ("{name: x, expect: [TW099], in: x}", "6:24", "there is no code `TW099`"),
        ("{name: x, expect: [{}], in: x}", "6:24", "any finding"),
        ("{name: x, expect: [{cod: TW001}], in: x}", "6:25", "did you mean `code`?"),
        ("{name: good, expect: none, in: x}", "7:12", "there is a case `good` already, on line 6"),
        ("{name: x, expect: none, resource: {type: aws_instance, tags: {a: 1}}}", "6:70", 'in quotes: "1"'),
        ("{name: x, as_of: 21.11.2026, expect: none, in: x}", "6:22", "is not a date"),
        ("{name: x, expect: none, address: a, resource: {type: aws_instance}}", "6:29", "`address` chooses"),
    ],
)
def test_a_mistake_in_a_file_is_said_with_its_place(
    run: Run, write: Write, case: str, place: str, said: str
) -> None:
    write((GOOD if place.startswith("7") else "") + f"  - {case}\n")
    ran = run("test")
    assert ran.code == 2
    assert f"our.test.yaml:{place}: error: " in ran.out
    assert said in ran.out
    assert "0 passed, 0 failed, 1 error" in ran.out


def test_a_broken_file_does_not_stop_the_others(run: Run, write: Write) -> None:
    write(GOOD, "b.test.yaml")
    write("  - {name: x}\n", "a.test.yaml")
    write(GOOD, "c.test.yaml", HEADER.replace("ml-platform", "ml-platfrom"))
    ran = run("test")
    assert ran.code == 2
    assert "did you mean `pack:ml-platform`?" in ran.out
    assert ran.out.endswith("3 files, 1 case: 1 passed, 0 failed, 2 errors\n")


def test_the_policy_is_the_one_that_is_named_or_the_nearest(run: Run, write: Write, here: Path) -> None:
    policy = "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: n}\ntags: {TAG: {required: true}}\n"
    (here / "tagward.yaml").write_text(policy.replace("TAG", "near"))
    (here / "other.yaml").write_text(policy.replace("TAG", "other"))
    bare = f"  - {{name: x, {BARE}, expect: [TW001 near]}}\n"
    write(bare, "deep/er/our.test.yaml", HEADER.replace("policy: pack:ml-platform\n", ""))
    assert run("test").code == 0
    assert run("test", "--policy", "other.yaml").code == 2
    write(bare, "deep/er/our.test.yaml", HEADER.replace("pack:ml-platform", "../../other.yaml"))
    assert "did you mean" not in run("test").err
    assert "the policy has no tag `near`" in run("test").out


def test_a_test_without_any_policy_says_that_the_pack_applies(run: Run, write: Write) -> None:
    write(GOOD, header=HEADER.replace("policy: pack:ml-platform\n", ""))
    ran = run("test")
    assert ran.code == 0
    assert "pack:ml-platform applies" in ran.err


def test_cases_are_chosen_by_name(run: Run, write: Write) -> None:
    write(GOOD + f"  - {{name: bad one, {BARE}, expect: none}}\n")
    assert run("test").code == 1
    assert run("test", "--case", "g*").code == 0
    ran = run("test", "--case", "nothing")
    assert ran.code == 3
    assert "no case has a name like `nothing`" in ran.err


def test_no_test_is_exit_code_3_and_a_missing_folder_2(run: Run, here: Path) -> None:
    ran = run("test")
    assert ran.code == 3
    assert "*.test.yaml" in ran.err
    assert run("test", "nowhere").code == 2


def test_files_of_other_tools_are_left_out_and_said(run: Run, write: Write, here: Path) -> None:
    write(GOOD)
    (here / "jest.test.yaml").write_text("- a\n")
    (here / "node_modules").mkdir()
    (here / "node_modules" / "x.test.yaml").write_text(HEADER)
    ran = run("test")
    assert ran.code == 0
    assert ran.err == "note: jest.test.yaml is left out: it does not say `apiVersion: tagward/v1`\n"
    assert run("test", "jest.test.yaml").code == 2


def test_a_forbidden_value_is_shown_nowhere(run: Run, write: Write, here: Path) -> None:
    (here / "p.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\nforbid: {values: ['AKIA[0-9A-Z]{16}']}\ntags: {a: {}}\n"
    )
    case = "  - {name: x, resource: {type: aws_instance, tags: {k: AKIA0123456789ABCDEF}}, expect: none}\n"
    write(case, header=HEADER.replace("pack:ml-platform", "p.yaml"))
    ran = run("test", "-f", "text", "-f", "json=out.json", "-f", "junit=out.xml")
    assert ran.code == 1
    outputs = ran.out + (here / "out.json").read_text() + (here / "out.xml").read_text()
    assert "TW007" in outputs
    assert "AKIA0123456789ABCDEF" not in outputs


def test_json_and_junit_say_the_same_and_keep_their_contracts(run: Run, write: Write, here: Path) -> None:
    write(
        GOOD + f"  - {{name: '<bad> \"one\"', {BARE}, expect: none}}\n  - {{name: e, in: x, expect: none}}\n"
    )
    write("  - {name: x}\n", "broken.test.yaml")
    run("test", "-f", "json=out.json", "-f", "junit=out.xml")
    document = json.loads((here / "out.json").read_text())
    jsonschema.validate(document, results_schema())
    assert document["summary"] == {"files": 2, "cases": 3, "passed": 1, "failed": 1, "errors": 2}
    root = ET.fromstring((here / "out.xml").read_text())
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "1",
        "errors": "2",
    }
    assert len(root.findall("testsuite/testcase")) == 4
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == [
        '<bad> "one"'
    ]


EXAMPLE = (ROOT / "policies/example/acme.test.yaml").read_text()


@given(st.data())
def test_a_damaged_file_of_tests_is_read_or_refused_with_its_place(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(EXAMPLE)))
    end = data.draw(st.integers(start, min(start + 40, len(EXAMPLE))))
    put = data.draw(
        st.one_of(
            st.just(""),
            st.sampled_from(["- ", "{", "]", "&a", "*x", "\n\t", "!!x ", "\0"]),
            st.text(max_size=8),
        )
    )
    damaged = EXAMPLE[:start] + put + EXAMPLE[end:]
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.test.yaml")
        path.write_bytes(damaged.encode("utf-8", "surrogatepass"))
        problems: tuple[Diagnostic, ...] = ()
        try:
            read_suite(str(path))
        except PolicyError as error:
            problems = error.diagnostics
    assert all(each.line >= 1 and each.column >= 1 for each in problems)


def test_the_published_schema_takes_what_the_reader_takes() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    files = [
        *(ROOT / "policies/example").glob("*.test.yaml"),
        *(ROOT / "tests/policies/packs").glob("*.yaml"),
    ]
    assert len(files) == 3
    for path in files:
        data = yaml.load(path.read_text(), yaml.BaseLoader)  # every scalar is text
        assert not list(validator.iter_errors(data)), path
