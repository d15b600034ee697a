"""A real kube-apiserver with its etcd, on loopback, for as long as a `with` block lasts."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from random import SystemRandom
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from tests.oracles.apiserver_client import Client
from tests.oracles.tool import TOOLS

READY_WITHIN = 180
ENDED_WITHIN = 60


class StartError(RuntimeError):
    """A server that ended, or was not ready in time; the text is the end of its log."""


def assets() -> Path:
    """Return the folder of the binaries: `KUBEBUILDER_ASSETS`, else what `make apiserver` built."""
    return Path(os.environ.get("KUBEBUILDER_ASSETS") or TOOLS / "kubebuilder")


def absent() -> str:
    """Say why the server cannot run; "" when it can."""
    missing = [name for name in ("kube-apiserver", "etcd") if not (assets() / name).is_file()]
    if missing:
        return f"no {' and no '.join(missing)}: run `make apiserver`, or set KUBEBUILDER_ASSETS"
    return "" if shutil.which("openssl") else "openssl is not installed, it makes the keys of the API server"


@cache
def version() -> str:
    """Name the server and its version."""
    said = subprocess.run(
        [assets() / "kube-apiserver", "--version"], capture_output=True, text=True, check=True
    )
    return "kube-apiserver " + said.stdout.strip().removeprefix("Kubernetes v")


@contextmanager
def running(authorization: str = "AlwaysAllow") -> Iterator[Client]:
    """Start etcd and an API server; yield a client that may do everything; stop both.

    Others may do what `authorization` lets them (RBAC, else everything); pods need no service account, and
    nothing runs or schedules them.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="apiserver-")))
        etcd, peer, port = free_ports(3)
        stack.enter_context(_process("etcd", folder, _etcd_flags(folder, etcd, peer)))
        token = token_hex(16)
        (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
        _make_key(folder / "service-account.key")
        flags = [*_server_flags(folder, etcd, port), f"--authorization-mode={authorization}"]
        server = stack.enter_context(_process("kube-apiserver", folder, flags))
        client = Client(f"https://127.0.0.1:{port}", token, folder / "certificates" / "apiserver.crt")
        stack.callback(client.close)
        _wait(client, server, folder / "kube-apiserver.log")
        yield client


def _etcd_flags(folder: Path, port: int, peer: int) -> list[str]:
    own, other = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={own}",
        f"--advertise-client-urls={own}",
        f"--listen-peer-urls={other}",
        f"--initial-advertise-peer-urls={other}",
        f"--initial-cluster=default={other}",
        "--unsafe-no-fsync",
    ]


def _server_flags(folder: Path, etcd: int, port: int) -> list[str]:
    key = folder / "service-account.key"
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certificates'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--disable-admission-plugins=ServiceAccount",
        "--endpoint-reconciler-type=none",
    ]


@contextmanager
def _process(name: str, folder: Path, flags: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([assets() / name, *flags], stdout=log, stderr=log, cwd=folder)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(client: Client, server: subprocess.Popen[bytes], log: Path) -> None:
    end = monotonic() + READY_WITHIN
    while not _ready(client):
        if server.poll() is not None or monotonic() > end:
            raise StartError(log.read_text(errors="replace")[-2000:])
        sleep(0.1)


def _ready(client: Client) -> bool:
    try:
        return client.authority.exists() and client.request("GET", "/readyz").ok
    except OSError:
        client.close()
        return False


def _make_key(place: Path) -> None:
    command = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(place)]
    subprocess.run(command, check=True, capture_output=True)


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nothing listens on, and that nobody is given who asks for any."""
    found: set[int] = set()
    while len(found) < count:
        port = SystemRandom().randrange(20_000, 32_000)  # other tests pick theirs at the same time
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.add(port)
    return [*found]
