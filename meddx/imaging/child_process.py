"""A child process that answers messages: bytes that crash it, or keep it busy for ever, cost one message.

The process is a command, not a `multiprocessing.Process`: that one runs the main module of its parent again, and so
dies at once where a script has no `if __name__ == "__main__"`, or came on standard input.
"""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from meddx.config import environment_of_children
from meddx.errors import MeddxError, Refused

_START_SECONDS = 120.0
_SPARE_SECONDS = 10
_LOOK_SECONDS = 1.0


class ChildProcess:
    """A child that is started with the first message, and anew after it died or was ended.

    module: what it runs, with the number of a file descriptor as its argument; it calls `answer_messages`. settings:
    its first message.
    """

    def __init__(self, module: str, settings: bytes = b"") -> None:
        self._module, self._settings = module, settings
        self._running: tuple[subprocess.Popen[bytes], Connection] | None = None

    def ask(self, message: bytes, patience: float) -> bytes:
        """Return the child's answer. patience: seconds.

        Raises Refused ("decoder-crashed", "decoder-hung"), and MeddxError where no child process starts: that is not
        the fault of a file.
        """
        connection = self._connection()
        try:
            connection.send_bytes(message)
            if not connection.poll(patience):
                self.close()
                raise Refused("decoder-hung", "The file keeps its decoder busy without end: export it uncompressed.")
            return connection.recv_bytes()
        except (EOFError, OSError):
            self.close()
            raise Refused("decoder-crashed", "The file makes its decoder crash: export it uncompressed.") from None

    def close(self) -> None:
        """End the child process, if there is one."""
        if self._running is not None:
            process, connection = self._running
            self._running = None
            connection.close()
            process.kill()
            process.wait()

    def _connection(self) -> Connection:
        """Return the connection to the child process, which is started where there is none."""
        if self._running is None:
            ours, theirs = Pipe()
            with theirs:
                command = (sys.executable, "-m", self._module, str(theirs.fileno()))
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, env=environment_of_children(), pass_fds=[theirs.fileno()]
                )
            self._running = process, ours
            try:
                ours.send_bytes(self._settings)
                if not ours.poll(_START_SECONDS):
                    raise EOFError
                ours.recv_bytes()
            except (EOFError, OSError):
                self.close()
                raise MeddxError("the process that decodes images does not start; see its message above") from None
        return self._running[1]


def answer_messages(connection: Connection, begin: Callable[[bytes], Callable[[bytes], bytes]]) -> None:
    """Answer until the other end is closed, which it is when its process ends; in the child.

    begin: given the settings, returns what answers a message. The process ends by itself soon after its parent.
    """
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    answer = begin(connection.recv_bytes())
    connection.send_bytes(b"ready")
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        connection.send_bytes(answer(message))


def limit_time(seconds: float) -> None:
    """End this process once it has worked for so many seconds more, even where a decoder lets no other thread run."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + _SPARE_SECONDS, hard))


def limit_memory(most: int) -> None:
    """Let this process have no more than so many bytes of address space: more is a MemoryError."""
    with suppress(ValueError):  # less is allowed already
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(0)
