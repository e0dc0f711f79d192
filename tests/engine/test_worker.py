"""The engine's process, started as the web process starts it."""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from meddx.config import environment_of_children
from tests.patience import SECONDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="seccomp(2) is of Linux")


@contextmanager
def worker(folder, **settings):
    """A worker that listens, its process id."""
    socket = folder / "worker.sock"
    command = [sys.executable, "-m", "meddx.engine.worker", "--socket", str(socket)]
    environment = environment_of_children() | {"MEDDX_MODELS": str(folder / "models")} | settings
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        until = time.monotonic() + SECONDS
        while not socket.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        assert socket.exists()
        yield process.pid
        process.stdin.close()


def confined(pid):
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text().split("\n")


@pytest.mark.parametrize(("settings", "off"), [({}, True), ({"MEDDX_ENGINE": "ray://127.0.0.1:9"}, False)])
def test_the_engine_is_off_the_network_unless_it_has_a_cluster_to_ask(tmp_path, settings, off):
    (tmp_path / "models").mkdir()
    with worker(tmp_path, **settings) as pid:
        assert confined(pid) == off
