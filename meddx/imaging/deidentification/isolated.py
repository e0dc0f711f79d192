"""De-identification in a process of its own: bytes that crash a decoder, or keep it busy for ever, cost one file.

The process is a command, not a `multiprocessing.Process`: that one runs the main module of its parent again, and so
dies at once where a script has no `if __name__ == "__main__"`, or came on standard input.
"""

import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from meddx.config import environment_of_children
from meddx.errors import MeddxError, Refused, without_content
from meddx.imaging.deidentification.deidentify import Deidentified, deidentify
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.types import Refusal

CHILD = __name__
"""Module that the child process runs."""
PATIENCE = 900.0
"""Seconds for one file; a long multi-frame object takes some minutes."""


class IsolatedDeidentifier:
    """De-identifies one file after the other in a child process, which is replaced when it dies or hangs."""

    def __init__(self, options: Options, key: bytes, patience: float = PATIENCE) -> None:
        self._settings = options, key
        self._patience = patience
        self._child: tuple[subprocess.Popen[bytes], Connection] | None = None

    def deidentify(self, data: bytes) -> Deidentified:
        """Return what deidentify returns.

        Raises Refused, also with "decoder-crashed" and "decoder-hung", and MeddxError where no child process starts:
        that is not the fault of a file.
        """
        connection = self._connection()
        try:
            connection.send_bytes(data)
            if not connection.poll(self._patience):
                self.close()
                raise Refused("decoder-hung", "The file keeps its decoder busy without end: export it uncompressed.")
            answer: Deidentified | Refusal = connection.recv()
        except (EOFError, OSError):
            self.close()
            raise Refused("decoder-crashed", "The file makes its decoder crash: export it uncompressed.") from None
        if isinstance(answer, Refusal):
            raise Refused(answer.rule, answer.reason)
        return answer

    def close(self) -> None:
        """End the child process, if there is one."""
        if self._child is not None:
            process, connection = self._child
            connection.close()
            process.kill()
            process.wait()
            self._child = None

    def __enter__(self) -> Self:
        """Return the deidentifier; its child process ends with the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child process."""
        self.close()

    def _connection(self) -> Connection:
        """Return the connection to the child process, which is started where there is none."""
        if self._child is None:
            ours, theirs = Pipe()
            with theirs:
                command = (sys.executable, "-m", CHILD, str(theirs.fileno()))
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, env=environment_of_children(), pass_fds=[theirs.fileno()]
                )
            self._child = process, ours
            try:
                ours.send(self._settings)
                ours.recv()
            except (EOFError, OSError):
                self.close()
                raise MeddxError("the process that decodes images does not start; see its message above") from None
        return self._child[1]


def serve(connection: Connection) -> None:
    """Answer until the other end is closed, which it is when its process ends."""
    options, key = connection.recv()
    pseudonyms = Pseudonyms(key)
    connection.send("ready")
    while True:
        try:
            data = connection.recv_bytes()
        except (EOFError, OSError):
            return
        connection.send(_answer(data, options, pseudonyms))


def _answer(data: bytes, options: Options, pseudonyms: Pseudonyms) -> Deidentified | Refusal:
    try:
        return deidentify(data, options, pseudonyms)
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)
    except Exception as error:  # the other files go on
        return Refusal("failed", f"The file could not be de-identified ({without_content(error)}); report this.")


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
