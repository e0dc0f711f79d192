"""One worker at a time, here a process that only waits for its standard input to close."""

import signal
import subprocess
import sys
import threading
from os import kill

import pytest

from meddx.engine.supervisor import Supervisor

WAITS = (sys.executable, "-S", "-c", "import sys; sys.stdin.read()")


class Started(list):
    """Workers in the order of their start; `wait_for(n)` until there are so many."""

    def __init__(self):
        super().__init__()
        self.news = threading.Condition()

    def wait_for(self, count):
        with self.news:
            assert self.news.wait_for(lambda: len(self) >= count, 30)


@pytest.fixture
def started(monkeypatch):
    workers = Started()

    def start(self):
        with workers.news:
            workers.append(subprocess.Popen(WAITS, stdin=subprocess.PIPE))
            workers.news.notify_all()
        return workers[-1]

    monkeypatch.setattr(Supervisor, "_start", start)
    return workers


def test_stopping_ends_the_worker_and_removes_its_folder_which_was_private(started):
    supervisor = Supervisor()
    folder = supervisor.socket.parent
    assert supervisor.pid == started[0].pid
    assert folder.stat().st_mode & 0o077 == 0
    supervisor.stop()
    supervisor.stop()
    assert started[0].returncode == 0  # asked, not killed
    assert not folder.exists()
    assert (len(started), supervisor.restarts) == (1, 0)


def test_a_worker_that_dies_is_replaced_and_its_socket_removed(started):
    supervisor = Supervisor()
    try:
        supervisor.socket.touch()
        kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait_for_end(30)
        assert not supervisor.socket.exists()
        started.wait_for(2)
        assert supervisor.restarts == 1
    finally:
        supervisor.stop()
    assert [worker.returncode for worker in started] == [-signal.SIGKILL, 0]
    assert supervisor.pid == started[1].pid
