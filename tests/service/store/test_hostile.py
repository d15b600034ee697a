"""Hostile values and hostile places: nothing is lost, and errors say what to do."""

import os
import resource as limits
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tagward.errors import UsageError
from tagward.findings import Assessment
from tagward.resource import Resource, Unknown
from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store
from tagward_service.store.errors import StoreError
from tagward_service.store.interface import ScanState, Store, TagTally, Tally, Wanted
from tests.service.store.stories import (
    DAY,
    GOOD,
    HERE,
    NO_TEAM,
    begin,
    instance,
    judged,
    only,
    policy,
    scan,
    told,
    write,
)

NASTY = [
    "a\0b",
    "half \ud800 a pair",
    "x" * 10_000,
    "mötör 🚀 \u202e",
    "'; DROP TABLE finding; --",
    "%(name)s :name ? %s",
    "\\N\t\n\r\x7f\x1b[31m",
    "",
]


def nasty(text: str) -> Resource:
    made = instance("i-1", GOOD | {"ml-environment": f"{text}!", f"{text}-key": text})
    return replace(made, id=f"{made.id}{text}", name=text, namespace=text)


def test_nasty_values_are_kept_and_found_again(store: Store) -> None:
    for text in NASTY:
        part = Part(f"account {text}", text, text)
        for _ in range(2):
            run = begin(store, scope={text: text})
            run.plan([part], [NotEvaluated(text, text, incomplete=True)])
            writer = run.part(part)
            writer.add(judged([nasty(text)]))
            tally = Tally("aws", text, text, text, text, violating=1)
            writer.done([tally], [TagTally("aws", text, text, text, text, 1, 1, 1, 1, 1)])
            run.finish(ScanState.INCOMPLETE)
        finding = only(store, Wanted(namespaces=[text], text=text))
        shown = text.replace("\0", "\u2400").replace("\ud800", "?")
        assert (finding.name, finding.namespace) == (shown, shown)
        assert finding.resource_id == f"arn:aws:ec2:eu-west-1:111122223333:instance/i-1{shown}"
        assert finding.reopened == 0
        assert (finding.value or "").startswith(shown[:100])
        assert [entry.why for entry in store.unread(run.id)] == [shown]
        assert [each.violating for each in store.tallies([run.id])] == [1]
        assert len(store.snapshot(run.id)) == 1


def test_ids_that_begin_alike_are_told_apart(store: Store) -> None:
    long = "i-" + "x" * 10_000
    scan(store, {HERE: {f"{long}{number}": NO_TEAM for number in range(3)}})
    scan(store, {HERE: {f"{long}1": NO_TEAM}})
    assert [life for _, _, life in told(store)] == ["resolved", "open", "resolved"]


def test_azure_ids_are_the_same_in_any_case(store: Store) -> None:
    def virtual_machine(name: str) -> Resource:
        number = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/"
        kind = "azure:Microsoft.Compute/virtualMachines"
        return Resource(cloud="azure", type=kind, address=name, id=number + name, name=name, tags=NO_TEAM)

    for name in ("vm-ONE", "VM-one"):
        run = store.begin("azure", {}, policy(), as_of=DAY, resume=False)
        run.plan([HERE], [])
        write(run, HERE, [virtual_machine(name)])
        run.finish(ScanState.COMPLETE)
    finding = only(store)
    assert (finding.name, finding.reopened, finding.service) == ("VM-one", 0, "Microsoft.Compute")


def test_a_resource_that_is_read_twice_counts_once(store: Store) -> None:
    run = begin(store)
    run.plan([HERE], [])
    write(run, HERE, [instance("i-1", NO_TEAM), instance("i-1", NO_TEAM)])
    run.finish(ScanState.COMPLETE)
    assert told(store) == [("i-1", "ml-team", "open")]


def test_one_rule_that_is_broken_twice_makes_two_findings(store: Store) -> None:
    (assessment,) = judged([instance("i-1", NO_TEAM)])
    (finding,) = assessment.findings
    twice = Assessment(
        assessment.resource, assessment.status, (finding, replace(finding, message="in another place"))
    )
    for _ in range(2):
        run = begin(store)
        run.plan([HERE], [])
        writer = run.part(HERE)
        writer.add([twice])
        writer.done([], [])
        run.finish(ScanState.COMPLETE)
    found = store.findings(Wanted()).findings
    assert {each.message for each in found} == {"`ml-team` is missing", "in another place"}
    assert [each.reopened for each in found] == [0, 0]


def test_unknown_values_are_kept_as_none(store: Store) -> None:
    run = begin(store)
    run.plan([HERE], [])
    made = instance("i-1", GOOD)
    write(run, HERE, [replace(made, tags={**GOOD, "ml-team": Unknown("later")})])
    run.finish(ScanState.COMPLETE)
    assert only(store).code == "TW006"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/name", "a store cannot be at `mysql://`; write a path"),
        ("sqlite://", "a store needs a file"),
        (":memory:", "a store needs a file"),
        ("postgresql://user@host:port/name", "the store's URL cannot be read"),
    ],
)
def test_a_url_that_is_none_is_refused(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_store(url)


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the server cannot be reached") as raised:
        open_store(f"postgresql://user:secret@/name?host={tmp_path}")
    assert "secret" not in str(raised.value)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database, " * 100)
    with pytest.raises(StoreError, match=r"notes\.txt` is not a SQLite database; name another file"):
        open_store(str(path))
    assert path.read_text() == "no database, " * 100


def test_a_folder_that_is_not_there_is_made_and_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    open_store(str(tmp_path / "some" / "where" / "store.db")).close()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened; see that its folder exists"):
        open_store(str(tmp_path / "file" / "store.db"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "store.db"
    open_store(str(path)).close()
    path.parent.chmod(0o555)
    try:
        with pytest.raises(StoreError, match=r"the file or its folder is read-only|you may write there"):
            scan(open_store(str(path)), {HERE: {"i-1": NO_TEAM}})
        with pytest.raises(StoreError, match="see that its folder exists and that you may write there"):
            open_store(str(path.with_name("new.db")))
    finally:
        path.parent.chmod(0o755)


def test_snapshots_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"snapshots in `.*file` cannot be written or read"):
        open_store(str(tmp_path / "store.db"), snapshots=str(tmp_path / "file"))


_FILL = """
import resource, sys
from tagward_service.store import open_store
from tagward_service.store.errors import StoreError
from tests.service.store.stories import HERE, NO_TEAM, scan, told
store = open_store(sys.argv[1])
scan(store, {HERE: {"i-1": NO_TEAM}})
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    scan(store, {HERE: {f"i-{number}": NO_TEAM for number in range(5000)}})
except StoreError as error:
    print(error)
print(told(store))
"""


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    assert limits.RLIMIT_FSIZE
    root = Path(__file__).parents[3]
    path = str(tmp_path / "store.db")
    environment = os.environ | {"PYTHONPATH": str(root)}
    ran = subprocess.run(
        [sys.executable, "-c", _FILL, path], env=environment, capture_output=True, text=True, check=True
    )
    said, found = ran.stdout.splitlines()
    assert said.startswith(f"store `{path}` cannot be ")
    assert "disk" in said
    assert found == "[('i-1', 'ml-team', 'open')]"
    store = open_store(path)
    assert told(store) == [("i-1", "ml-team", "open")]
    scan(store, {HERE: {"i-2": NO_TEAM}})
    assert told(store) == [("i-1", "ml-team", "resolved"), ("i-2", "ml-team", "open")]
    store.close()
