"""Keep one worker process running: start it, watch it, replace it when it dies and stop it with this process."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from meddx.config import environment_of_children
from meddx.engine.disk_shares import SERVER_VARIABLE, process_identity

_log = logging.getLogger(__name__)

_LONGEST_PAUSE = 30.0
_SETTLED_SECONDS = 60.0
"""A worker that lived this long did not die of its start: the next one comes without a pause."""
_STOP_SECONDS = 5.0


class Supervisor:
    """A supervisor of one worker at a time, which listens on the Unix domain socket `socket`.

    The socket is in a directory that only this user may enter. The worker holds the read end of a pipe as its standard
    input and exits when that closes, which the kernel does for this process however it ends, kill -9 included.
    """

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="meddx-engine-"))  # mode 0700
        self.socket = self._directory / "worker.sock"
        self.restarts = 0
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._worker = self._start()
        self._watcher = threading.Thread(target=self._watch, name="engine-supervisor", daemon=True)
        self._watcher.start()

    @property
    def pid(self) -> int:
        """Return the process id of the present worker."""
        return self._worker.pid

    def wait_for_end(self, seconds: float) -> None:
        """Wait until the present worker has ended and its socket is gone, for at most `seconds`."""
        self._ended.wait(seconds)

    def stop(self) -> None:
        """Stop the worker and remove the socket; no other is started.

        May be called twice.
        """
        with self._lock:
            self._stopping.set()
            _end(self._worker)
        self._watcher.join()
        shutil.rmtree(self._directory, ignore_errors=True)  # the worker removes it too

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            (sys.executable, "-m", "meddx.engine.worker", "--socket", str(self.socket)),
            stdin=subprocess.PIPE,
            env={
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "KERAS_BACKEND": "tensorflow",
                **environment_of_children(),
                SERVER_VARIABLE: process_identity(os.getpid()),
            },
            process_group=0,  # Ctrl-C in a terminal is for the server, which then ends the worker
        )

    def _watch(self) -> None:
        pause = 0.0
        started = time.monotonic()
        while True:
            code = self._worker.wait()
            self.socket.unlink(missing_ok=True)
            self._ended.set()
            lived = time.monotonic() - started
            pause = 0.0 if lived >= _SETTLED_SECONDS else min(max(0.5, pause * 2), _LONGEST_PAUSE)
            if self._stopping.is_set():
                return
            _log.error("engine worker ended with code %s after %.0f s; the next starts in %.1f s", code, lived, pause)
            self._stopping.wait(pause)
            with self._lock:
                if self._stopping.is_set():
                    return
                _end(self._worker)
                self.restarts += 1
                started = time.monotonic()
                self._ended.clear()
                self._worker = self._start()


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Close the worker's standard input, which asks it to exit, and kill it if it does not."""
    assert worker.stdin is not None
    worker.stdin.close()
    try:
        worker.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
