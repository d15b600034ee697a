"""A process that does jobs, one after another, so that nothing long ever runs where requests are answered."""

from __future__ import annotations

import gc
import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tagward.policy import Policy
from tagward_service.api import wire
from tagward_service.api.jobs import run

NO_MEMORY = 12
"""What a worker ends with that has no memory to go on (ENOMEM)."""

NICENESS = 10
"""Answering reviews comes first."""


def main(memory: int) -> None:
    """Do what is ordered on standard input until it ends; `memory` is the most address space, in bytes."""
    _be_humble(memory)
    orders, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not disturb the replies
    _warm_up()
    policy = Policy("", "", "")
    try:
        while True:
            policy = _serve_one(orders, replies, policy)
    except (EOFError, BrokenPipeError):
        return
    except MemoryError:  # not even the input has a place
        sys.exit(NO_MEMORY)


def _serve_one(orders: BinaryIO, replies: BinaryIO, policy: Policy) -> Policy:
    """Do one job, and return the policy to know from now on. Raises EOFError when there is no order."""
    order = wire.read_order(_exactly(orders, wire.length(_exactly(orders, wire.LENGTH))))
    if order.policy:
        policy = pickle.loads(_exactly(orders, order.policy))  # noqa: S301  (from the process that started this)
    outcome, body = run(order.job, policy, memoryview(_exactly(orders, order.content)))
    replies.write(wire.head(wire.Reply(outcome, len(body))))
    replies.write(body)
    replies.flush()
    gc.collect()
    return policy


def _exactly(stream: BinaryIO, count: int) -> bytearray:
    data = bytearray(count)
    view, at = memoryview(data), 0
    while at < count:
        read = stream.readinto(view[at:])  # type: ignore[attr-defined]  # buffered streams have it
        if not read:
            raise EOFError
        at += read
    return data


def _be_humble(memory: int) -> None:
    """Take what others leave of processor and memory; where memory runs out, this ends first."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _warm_up() -> None:
    """Import what judging needs, before somebody waits for it."""
    from tagward_service import lint
    from tagward_service.outputs import json_report, json_text
    from tagward_service.sources.terraform import plan

    gc.freeze()
    del lint, json_report, json_text, plan


if __name__ == "__main__":
    main(int(sys.argv[1]))
