"""`make bench-webhook-faults`: what clients of the webhook hear under load by wrk while things go wrong."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import ssl
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from msgspec import Struct

from benchmarks.webhook import CONNECTIONS, HERE, LABELS, review
from tests.service.admission.faulty_clients import GOOD, Webhook, post
from tests.service.admission.test_faults_under_load import BAD, DEEP_OBJECT
from tests.service.admission.test_serving import Served, wait_until_ready

POLICIES, BROKEN, CERTIFICATES, SLOW = 100, 10, 10, 64
AT_ONCE = 8
TOO_LARGE = post(b"x" * 10_000_000)

Told = Counter[str]
"""How often something was done, or what it was answered with."""

Fault = Callable[[Served, asyncio.Event], Coroutine[None, None, Told]]
"""Goes wrong until the event is set, or until it has gone wrong often enough."""


class Load(Struct, frozen=True):
    """What wrk heard: its requests, those without an answer, those refused, and milliseconds."""

    requests: int
    lost: int
    refused: int
    p99: float


async def nothing(_: Served, __: asyncio.Event) -> Told:
    """Let everything be well."""
    return Told()


async def policies(served: Served, _: asyncio.Event) -> Told:
    """Replace the policy, each time by another one, or by a broken one."""
    told = Told()
    for number in range(POLICIES):
        is_broken = number % (POLICIES // BROKEN) == 0
        if is_broken:
            (served.place / "tagward.yaml").write_text(f"tags: [{number}", encoding="utf-8")
        else:
            (served.place / "tagward.yaml").write_text(_policy(number), encoding="utf-8")
        served.reloaded()
        event = "policy refused" if is_broken else "policy loaded"
        told[event] += 1
        await asyncio.to_thread(served.wait_for, event, told[event])
    return told


def _policy(number: int) -> str:
    head = f"apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {{name: acme, version: '{number}'}}\n"
    return f"{head}tags: {{ml-team: {{required: true}}}}\n"


async def certificates(served: Served, _: asyncio.Event) -> Told:
    """Replace the certificate."""
    for number in range(1, CERTIFICATES + 1):
        served.certificate()
        served.reloaded()
        await asyncio.to_thread(served.wait_for, "certificate renewed", number)
    return Told({"certificate renewed": CERTIFICATES})


async def slow(served: Served, ended: asyncio.Event) -> Told:
    """Send bodies byte by byte, from many clients, which finish in the end."""
    webhook, request = _webhook(served), post(GOOD)
    connections = await asyncio.gather(*(webhook.connect() for _ in range(SLOW)))
    last = len(request) - 1
    for at in range(last):
        for each in connections:
            await each.send(request[at : at + 1])
        if not ended.is_set():
            await asyncio.sleep(0.01)
    answers = await asyncio.gather(*(each.ask(request[last:]) for each in connections))
    await asyncio.gather(*(each.close() for each in connections))
    return Told(str(answer.status) for answer in answers)


def sending(*requests: bytes) -> Fault:
    """Send bad requests on and on, from several clients, each by a connection of its own."""

    async def bad(served: Served, ended: asyncio.Event) -> Told:
        webhook, told = _webhook(served), Told()

        async def client() -> None:
            while not ended.is_set():
                for request in requests:
                    told[str((await webhook.once(request)).status)] += 1

        await asyncio.gather(*(client() for _ in range(AT_ONCE)))
        return told

    return bad


FAULTS: Mapping[str, Fault] = {
    "none": nothing,
    "policy replaced": policies,
    "certificate replaced": certificates,
    f"{SLOW} slow clients": slow,
    "10 MB bodies": sending(TOO_LARGE),
    "truncated JSON": sending(BAD["truncated JSON"][0]),
    "1,000-deep JSON": sending(BAD["a bad review 1,000 deep"][0], DEEP_OBJECT),
    "wrong content type": sending(BAD["a wrong content type"][0]),
    "uid missing": sending(BAD["uid missing"][0]),
}


def _webhook(served: Served) -> Webhook:
    return Webhook(served.port, ssl.create_default_context(cafile=str(served.place / "ca.crt")))


async def under_load(served: Served, seconds: float, fault: Fault) -> tuple[Load, Told]:
    """Load the webhook while something goes wrong."""
    ended = asyncio.Event()
    going_wrong = asyncio.create_task(fault(served, ended))
    wrk = await asyncio.create_subprocess_exec(
        *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "-s", str(HERE / "webhook_faults.lua")),
        f"https://127.0.0.1:{served.port}/admission/validate",
        env=os.environ | {"REVIEW": str(served.place / "review.json")},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await wrk.communicate()
    ended.set()
    figures = next(line for line in out.decode().splitlines() if line.startswith("figures ")).split()
    requests, lost, refused = map(int, figures[1:4])
    return Load(requests, lost, refused, float(figures[4])), await going_wrong


async def at_the_end(served: Served) -> tuple[Load, Told]:
    """Send SIGTERM while clients ask, of which each goes on until it is told that this is the last answer."""
    webhook, told = _webhook(served), Told()
    connections = await asyncio.gather(*(webhook.connect() for _ in range(CONNECTIONS)))

    async def ask(number: int) -> None:
        while True:
            answer = await connections[number].ask(post(GOOD))
            told[str(answer.status)] += 1
            if answer.is_last or not answer.status:
                await connections[number].close()
                return

    asking = [asyncio.create_task(ask(number)) for number in range(CONNECTIONS)]
    await asyncio.sleep(1)
    served.process.send_signal(signal.SIGTERM)
    await asyncio.gather(*asking)
    code = await asyncio.to_thread(served.process.wait, 60)
    heard = sum(told.values())
    return Load(heard, told["0"], heard - told["0"] - told["200"], float("nan")), Told(
        {f"ended with {code}": 1}
    )


def row(name: str, load: Load, told: Told) -> str:
    """Write one line of the table."""
    bad = sum(count for status, count in told.items() if status.startswith("5"))
    said = ", ".join(f"{what}: {count:,}" for what, count in sorted(told.items())) or "-"
    p99 = f"{load.p99:.1f}" if load.p99 == load.p99 else "-"
    return f"| {name} | {said} | {load.requests:,} | {load.lost} | {load.refused} | {bad} | {p99} |"


def run(seconds: float) -> list[str]:
    """Let everything go wrong, one thing after the other, against one running webhook."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder), "--log", "none")
        try:
            wait_until_ready(served)
            (served.place / "review.json").write_bytes(review(LABELS))
            rows = [
                row(name, *asyncio.run(under_load(served, seconds, fault))) for name, fault in FAULTS.items()
            ]
            return [*rows, row(f"SIGTERM, {CONNECTIONS} in flight", *asyncio.run(at_the_end(served)))]
        finally:
            served.end()


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of load for each fault")
    parser.add_argument("--write", type=Path, help="where to write the table as well")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is not installed: apt-get install wrk", file=sys.stderr)
        return 2
    lines = [
        "# The webhook while things go wrong",
        "",
        f"Written by `make bench-webhook-faults`: wrk, {CONNECTIONS} connections over TLS on loopback, one",
        f"worker, reviews of 6 KB, {options.seconds:g} s for each fault. The second column says what went",
        "wrong how often, or how it was answered; the requests and what became of them are those of others.",
        "",
        "| fault | answered or done | requests | lost | refused | 5xx to bad clients | p99 ms |",
        "|---|---|---|---|---|---|---|",
        *run(options.seconds),
    ]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
