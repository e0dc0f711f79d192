"""De-identification in a process of its own: bytes that crash a decoder, or keep it busy for ever, cost one file."""

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from meddx.errors import Refused, without_content
from meddx.imaging.deidentification.deidentify import Deidentified, deidentify
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.types import Refusal

PATIENCE = 900.0
"""Seconds for one file; a long multi-frame object takes some minutes."""


class IsolatedDeidentifier:
    """De-identifies one file after the other in a child process, which is replaced when it dies or hangs."""

    def __init__(self, options: Options, key: bytes, patience: float = PATIENCE) -> None:
        self._settings = options, key
        self._patience = patience
        self._child: tuple[SpawnProcess, Connection] | None = None

    def deidentify(self, data: bytes) -> Deidentified:
        """Return what deidentify returns.

        Raises Refused, also with "decoder-crashed" and "decoder-hung".
        """
        self._child = self._child or self._started()
        _, connection = self._child
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
            process.join()
            self._child = None

    def __enter__(self) -> Self:
        """Return the deidentifier; its child process ends with the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child process."""
        self.close()

    def _started(self) -> tuple[SpawnProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, *self._settings), daemon=True)
        process.start()
        theirs.close()
        return process, ours


def _serve(connection: Connection, options: Options, key: bytes) -> None:
    """Answer until the other end is closed, which it is when its process ends."""
    pseudonyms = Pseudonyms(key)
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
