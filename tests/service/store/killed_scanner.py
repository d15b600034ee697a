"""A scanner that kills itself with SIGKILL: `killed_scanner.py URL staging|merging|done`."""

import os
import signal
import sys
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tagward_service.store import open_store
from tests.service.store.stories import GOOD, HERE, NO_TEAM_NOR_PROJECT, THERE, begin, instance, judged, write


def kill(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at_the_end_of_a_merge(_: Any, __: Any, statement: str, *___: object) -> None:
    if statement.lstrip().startswith("UPDATE part"):
        kill()


def main(url: str, at: str) -> None:
    store = open_store(url)
    run = begin(store)
    run.plan([HERE, THERE], [])
    if at == "done":
        write(run, HERE, [instance("i-1", GOOD)])
        kill()
    if at == "merging":
        event.listen(Engine, "after_cursor_execute", kill_at_the_end_of_a_merge)
    many = [instance(f"i-{number}", NO_TEAM_NOR_PROJECT) for number in range(5000)]
    if at == "merging":
        write(run, HERE, many)
    writer = run.part(HERE)
    writer.add(judged(many))
    kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
