"""A child process that answers messages: bytes that crash it, or keep it busy for ever, cost one message.

A message has a head, which goes over a pipe, and a body, which lies in memory that both processes have open
(memfd_create(2)): large ones are copied twice, and no more.

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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.config import environment_of_children
from meddx.confinement import leave_network
from meddx.errors import MeddxError, Refused

_START_SECONDS = 120.0
_SPARE_SECONDS = 10
_LOOK_SECONDS = 1.0
_LENGTH_BYTES = 8

Body = bytes | NDArray[Any]
"""Arrays are contiguous."""
Answering = Callable[[bytes, NDArray[np.uint8]], tuple[bytes, Body]]
"""Head and body of a message -> those of its answer."""


class ChildProcess:
    """A child that is started with the first message, and anew after it died or was ended.

    module: what it runs; it calls `answer_messages`. settings: head of its first message.
    """

    def __init__(self, module: str, settings: bytes) -> None:
        self._module, self._settings = module, settings
        self._running: tuple[subprocess.Popen[bytes], Connection, int] | None = None

    def ask(self, head: bytes, body: Body, patience: float) -> tuple[bytes, NDArray[np.uint8]]:
        """Return head and body of the child's answer. patience: seconds.

        Whatever else breaks the question off (no memory, a piece that is cancelled) ends the child too: its answer
        would be taken for that to the next question. Raises Refused ("decoder-crashed", "decoder-hung"), and MeddxError
        where no child process starts: that is not the fault of a file.
        """
        answered = False
        try:
            connection, memory = self._connection()
            try:
                _send(connection, memory, head, body)
                if not connection.poll(patience):
                    raise Refused(
                        "decoder-hung", "The file keeps its decoder busy without end: export it uncompressed."
                    )
                answer = _receive(connection, memory)
            except (EOFError, OSError):
                raise Refused("decoder-crashed", "The file makes its decoder crash: export it uncompressed.") from None
            answered = True
            return answer
        finally:
            if not answered:
                self.close()

    def close(self) -> None:
        """End the child process, if there is one."""
        if self._running is not None:
            process, connection, memory = self._running
            self._running = None
            connection.close()
            os.close(memory)
            process.kill()
            process.wait()

    def _connection(self) -> tuple[Connection, int]:
        """Return the connection to the child process, which is started where there is none."""
        if self._running is None:
            ours, theirs = Pipe()
            memory = os.memfd_create("messages")
            with theirs:
                command = (sys.executable, "-m", self._module, str(theirs.fileno()), str(memory))
                try:
                    process = subprocess.Popen(
                        command,
                        stdin=subprocess.DEVNULL,
                        env=environment_of_children(),
                        pass_fds=[theirs.fileno(), memory],
                    )
                except OSError as error:
                    ours.close()
                    os.close(memory)
                    raise MeddxError(
                        f"the process that decodes images does not start ({type(error).__name__})"
                    ) from error
            self._running = process, ours, memory
            try:
                _send(ours, memory, self._settings, b"")
                if not ours.poll(_START_SECONDS):
                    raise EOFError
                _receive(ours, memory)
            except (EOFError, OSError):
                raise MeddxError("the process that decodes images does not start; see its message above") from None
        return self._running[1:]


def answer_messages(begin: Callable[[bytes], Answering]) -> None:
    """Answer until the other end is closed, which it is when its process ends; in the child, off the network.

    begin: given the settings, returns what answers a message. The process ends by itself soon after its parent.
    """
    leave_network()
    connection, memory = Connection(int(sys.argv[1])), int(sys.argv[2])
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    with suppress(EOFError, ConnectionError):  # the other end is closed, perhaps before this process was up
        answer = begin(_receive(connection, memory)[0])
        _send(connection, memory, b"ready", b"")
        while True:
            head, body = _receive(connection, memory)
            _send(connection, memory, *answer(head, body))


def limit_time(seconds: float) -> None:
    """End this process once it has worked for so many seconds more, even where a decoder lets no other thread run."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + _SPARE_SECONDS, hard))


def limit_memory(most: int) -> None:
    """Let this process have no more than so many bytes of address space: more is a MemoryError."""
    with suppress(ValueError):  # less is allowed already
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _send(connection: Connection, memory: int, head: bytes, body: Body) -> None:
    rest = memoryview(body) if isinstance(body, bytes) else body.reshape(-1).view(np.uint8).data
    place = 0
    while place < len(rest):
        place += os.pwrite(memory, rest[place:], place)
    connection.send_bytes(len(rest).to_bytes(_LENGTH_BYTES) + head)


def _receive(connection: Connection, memory: int) -> tuple[bytes, NDArray[np.uint8]]:
    head = connection.recv_bytes()
    body = np.empty(int.from_bytes(head[:_LENGTH_BYTES]), np.uint8)
    place = 0
    while place < len(body):
        count = os.preadv(memory, [body[place:].data], place)
        if not count:
            raise EOFError
        place += count
    os.ftruncate(memory, 0)  # gives the room back
    return head[_LENGTH_BYTES:], body


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(0)
