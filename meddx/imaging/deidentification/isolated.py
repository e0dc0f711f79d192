"""De-identification in a process of its own: bytes that crash a decoder, or keep it busy for ever, cost one file."""

import pickle
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused, without_content
from meddx.imaging.child_process import Body, ChildProcess, answer_messages
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
        self._child = ChildProcess(CHILD, pickle.dumps((options, key)))
        self._patience = patience

    def deidentify(self, data: bytes) -> Deidentified:
        """Return what deidentify returns.

        Raises Refused, also with "decoder-crashed" and "decoder-hung", and MeddxError where no child process starts:
        that is not the fault of a file.
        """
        answer: Deidentified | Refusal = pickle.loads(self._child.ask(b"", data, self._patience)[1].data)
        if isinstance(answer, Refusal):
            raise Refused(answer.rule, answer.reason)
        return answer

    def close(self) -> None:
        """End the child process, if there is one."""
        self._child.close()

    def __enter__(self) -> Self:
        """Return the deidentifier; its child process ends with the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child process."""
        self.close()


def serve() -> None:
    """Answer until the other end is closed, which it is when its process ends."""

    def begin(settings: bytes) -> "_Answering":
        options, key = pickle.loads(settings)
        return _Answering(options, Pseudonyms(key))

    answer_messages(begin)


class _Answering:
    """Answers the bytes of a file with what becomes of it."""

    def __init__(self, options: Options, pseudonyms: Pseudonyms) -> None:
        self._options, self._pseudonyms = options, pseudonyms

    def __call__(self, head: bytes, body: NDArray[np.uint8]) -> tuple[bytes, Body]:
        return b"", pickle.dumps(_answer(body.tobytes(), self._options, self._pseudonyms))


def _answer(data: bytes, options: Options, pseudonyms: Pseudonyms) -> Deidentified | Refusal:
    try:
        return deidentify(data, options, pseudonyms)
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)
    except Exception as error:  # the other files go on
        return Refusal("failed", f"The file could not be de-identified ({without_content(error)}); report this.")


if __name__ == "__main__":
    serve()
