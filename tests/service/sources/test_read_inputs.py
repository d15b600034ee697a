"""Reading files, directories and standard input."""

import io
import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.errors import InputError
from tagward_service.sources import files, read_inputs
from tagward_service.sources.interface import Place, Reading

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\n"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod, labels: {ml-team: fraud}}\n"
PLAN = json.dumps({"format_version": "1.2", "planned_values": {}, "resource_changes": []})


def read(*paths: Path | str, place: Place | None = None) -> list[Reading | InputError]:
    return list(read_inputs([str(path) for path in paths], place=place or Place()))


def error(*paths: Path | str) -> InputError:
    (outcome,) = read(*paths)
    assert isinstance(outcome, InputError)
    return outcome


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def names(outcomes: list[Reading | InputError]) -> list[str]:
    return [Path(each.file).name for each in outcomes]


def test_a_directory_is_walked_in_sorted_order_past_hidden_and_foreign_parts(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "c.json", "sub/d.yaml"):
        write(
            tmp_path / name,
            POD.format("x") if name != "c.json" else json.dumps({"apiVersion": "v1", "kind": "Pod"}),
        )
    for name in (".git/e.yaml", "node_modules/f.yaml", ".terraform/g.json", ".h.yaml", "i.txt", "j.tf"):
        write(tmp_path / name, POD.format("x"))
    assert names(read(tmp_path)) == ["a.yml", "b.yaml", "c.json", "d.yaml"]


def test_a_hidden_file_that_is_named_is_read(tmp_path: Path) -> None:
    (reading,) = read(write(tmp_path / ".chainsaw/a.yaml", POD.format("x")))
    assert isinstance(reading, Reading)


def test_a_file_of_another_trade_is_a_note_in_a_directory_and_an_error_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "package.json", '{"name": "x", "scripts": {}}')
    (reading,) = read(tmp_path)
    assert isinstance(reading, Reading)
    assert list(reading.resources) == []
    (note,) = reading.not_evaluated
    assert (note.what, note.why, note.incomplete) == (str(path), "a package.json of npm", False)
    assert error(path).what == "a package.json of npm"


@pytest.mark.parametrize(
    "content",
    [
        '{"format_version": "1.2", "planned',
        '{"@level":"info","@message":"x"}\n',
        "a: {{ .Values.x }}\n",
        b"\xff\xfea\0",
    ],
)
def test_what_should_have_been_an_input_makes_a_directory_incomplete(
    tmp_path: Path, content: str | bytes
) -> None:
    write(tmp_path / "plan.json", content)
    write(tmp_path / "z.yaml", POD.format("x"))
    broken, fine = read(tmp_path)
    assert isinstance(broken, Reading)
    assert isinstance(fine, Reading)
    assert [each.incomplete for each in broken.not_evaluated] == [True]
    assert len(list(fine.resources)) == 1


def test_a_file_that_is_named_in_several_ways_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "pods" / "pod.yaml", POD.format("x"))
    monkeypatch.chdir(tmp_path)
    for paths in (
        ("pods", "pods/pod.yaml"),
        ("pods/pod.yaml", "./pods/pod.yaml"),
        (".", "pods"),
        ("pods/", "./pods"),
    ):
        assert len(read(*paths)) == 1, paths
    package = write(tmp_path / "pods" / "package.json", '{"name": "x", "scripts": {}}')
    assert any(isinstance(each, InputError) for each in read(tmp_path, package))


def test_one_bad_file_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    outcomes = read(
        write(tmp_path / "a.json", ""), tmp_path / "none.json", write(tmp_path / "b.yaml", POD.format("x"))
    )
    assert [type(each) for each in outcomes] == [InputError, InputError, Reading]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    missing = error(tmp_path / "none.json")
    assert (missing.file, missing.what) == (str(tmp_path / "none.json"), "there is no such file")
    assert missing.instead


def test_an_empty_directory_holds_no_resource_and_says_so(tmp_path: Path) -> None:
    write(tmp_path / "notes.txt", "x")
    (empty,) = read(tmp_path)
    assert isinstance(empty, Reading)
    assert not list(empty.resources)
    (said,) = empty.not_evaluated
    assert (said.what, said.incomplete) == (str(tmp_path), False)
    assert said.why.startswith("the directory holds no .json, .yaml or .yml file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "plan.json", PLAN)
    path.chmod(0)
    assert error(path).what == "permission denied"


def test_a_name_that_no_file_can_have_is_an_error() -> None:
    assert error("x" * 5000).what == "file name too long"
    assert error("a\0b").what == "no file can have this name"


def test_a_pipe_in_a_directory_does_not_stop_what_is_beside_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    write(tmp_path / "b.yaml", POD.format("x"))
    pipe, pod = read(tmp_path)
    assert isinstance(pipe, Reading)
    assert "a pipe" in pipe.not_evaluated[0].why
    assert isinstance(pod, Reading)
    assert len(list(pod.resources)) == 1


@pytest.mark.parametrize(("kind", "said"), [("Test", "tagward test"), ("TagPolicy", "tagward check")])
def test_files_of_tagward_itself_are_told_apart(tmp_path: Path, kind: str, said: str) -> None:
    assert f"`{said}`" in str(error(write(tmp_path / "x.yaml", f"apiVersion: tagward/v1\nkind: {kind}\n")))
    text = json.dumps({"apiVersion": "tagward/v1", "kind": kind})
    assert f"`{said}`" in str(error(write(tmp_path / "x.json", text)))


def test_a_path_given_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", POD.format("x"))
    assert len(read(path, path)) == 1


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, POD.format("x").encode())
    (reading,) = read("-")
    assert isinstance(reading, Reading)
    (resource,) = reading.resources
    assert (reading.file, resource.file, resource.name) == ("<stdin>", "<stdin>", "x")


def test_standard_input_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_READ", 1 << 20)
    stdin(monkeypatch, b"x" * ((1 << 20) + 1))
    assert error("-").what == "more than 1 MiB"


def test_nothing_on_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, b"")
    assert (error("-").file, error("-").what) == ("<stdin>", "the file is empty")


@pytest.mark.parametrize("padding", [0, files.MAPPED_FROM])
def test_a_byte_order_mark_is_accepted(tmp_path: Path, padding: int) -> None:
    text = b"\xef\xbb\xbf" + POD.format("x").encode() + b"#" * padding
    (reading,) = read(write(tmp_path / "a.yaml", text))
    assert isinstance(reading, Reading)
    assert [each.name for each in reading.resources] == ["x"]


def test_a_special_file_is_read_like_any_other(tmp_path: Path) -> None:
    assert error(os.devnull).what == "the file is empty"


def test_namespaces_count_across_inputs_and_kubernetes_comes_last(tmp_path: Path) -> None:
    pod = write(tmp_path / "pod.yaml", POD.format("x") + "  namespace: prod\n")
    namespace = write(tmp_path / "ns.yaml", NAMESPACE)
    other = write(tmp_path / "other.json", "[]")
    outcomes = read(pod, other, namespace)
    assert names(outcomes) == ["other.json", "pod.yaml", "ns.yaml"]
    reading = outcomes[1]
    assert isinstance(reading, Reading)
    (resource,) = reading.resources
    assert [(layer.origin, layer.tags) for layer in resource.inherited] == [
        ("namespace", {"ml-team": "fraud"})
    ]


def test_a_kubernetes_list_that_is_cut_off_says_so(tmp_path: Path) -> None:
    cut = error(write(tmp_path / "a.json", '{"apiVersion": "v1", "kind": "List", "items": ['))
    assert cut.what == "JSON that is cut off: it ends at byte 47 before its last bracket"


def test_bytes_that_are_no_text_inside_json_are_told(tmp_path: Path) -> None:
    text = b'{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\xff"}}'
    assert error(write(tmp_path / "a.json", text)).what == "text that is not UTF-8"


def test_json_nested_too_deep_is_told(tmp_path: Path) -> None:
    text = '{"apiVersion": "v1", "kind": "Pod", "spec": ' + "[" * 20_000 + "]" * 20_000 + "}"
    assert error(write(tmp_path / "a.json", text)).what.startswith("JSON that is nested too deep")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "input"


STARTS = (
    b"apiVersion: v1\nkind: Pod\n",
    b'{"apiVersion": "v1", "kind": "Pod", ',
    b'{"apiVersion": "v1", "kind": "List", "items": [',
)


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_after_a_good_start_are_read_or_refused(scratch: Path, start: bytes, rest: bytes) -> None:
    scratch.write_bytes(start + rest)
    for outcome in read(scratch):
        assert isinstance(outcome, (Reading, InputError))


def test_a_state_does_not_say_what_changes(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text('{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {}}}')
    [error] = read_inputs([str(file)], place=Place(), changed_only=True)
    assert isinstance(error, InputError)
    assert error.instead == "leave out --changed-only"
