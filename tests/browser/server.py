"""The app as the README starts it, for tests and benchmarks in a browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from tests.patience import SECONDS

ROOT = Path(__file__).parents[2]
STREAMLIT = str(Path(sys.executable).parent / "streamlit")
CHROMIUM = {
    "executable_path": shutil.which("chromium") or "/usr/bin/chromium",
    "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
    "timeout": SECONDS * 1000,
}
"""For playwright.chromium.launch."""

# Those of httpx, which by itself waits for five seconds at most.
get = partial(httpx.get, timeout=SECONDS)
put = partial(httpx.put, timeout=SECONDS)
post = partial(httpx.post, timeout=SECONDS)
request = partial(httpx.request, timeout=SECONDS)
stream = partial(httpx.stream, timeout=SECONDS)


@dataclass
class Server:
    """A running `streamlit run app.py`."""

    url: str
    process: subprocess.Popen

    @property
    def workers(self) -> list[int]:
        """Process ids of its children."""
        return children_of(self.process.pid)


def children_of(pid: int) -> list[int]:
    """Process ids of a process's children."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended since
            children += map(int, (task / "children").read_text().split())
    return children


@contextmanager
def halted(server: Server):
    """Halt the server's process: what browsers send it meanwhile waits, and is there at once when it goes on."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def free_port():
    """A port of this computer that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def halted_workers(server: Server):
    """Halt the server's children: a run of the page that asks them anything waits, and no answer comes."""
    workers = server.workers
    try:
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        yield
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


@contextmanager
def serving(
    models: Path | None = None,
    options: Sequence[str] = (),
    *,
    path: str = "",
    script: str = "app.py",
    cwd: Path = ROOT,
    port: int | None = None,
    said: Path | None = None,
):
    """Start the server on a free port and stop it as Ctrl-C does. models: a models folder, default the installed one.

    path: server.baseUrlPath, when the options set one. script, cwd: another app to compare with. port: where it has to
    be known before. said: a file for what it writes to its streams, by default those of the tests.
    """
    port = port or free_port()
    command = [STREAMLIT, "run", script, "--server.port", str(port), "--server.address", "127.0.0.1", *options]
    environment = os.environ | ({"MEDDX_MODELS": str(models)} if models else {})
    with nullcontext() if said is None else said.open("ab") as stream:
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=stream, stderr=stream)
    server = Server(f"http://127.0.0.1:{port}{path}", process)
    try:
        _await(lambda: httpx.get(f"{server.url}/_stcore/health").is_success, httpx.TransportError)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(SECONDS)


def _await(check, *errors):
    give_up = time.monotonic() + SECONDS
    while True:
        try:
            if check():
                return
        except errors:
            if time.monotonic() > give_up:
                raise
        assert time.monotonic() < give_up
        time.sleep(0.1)
