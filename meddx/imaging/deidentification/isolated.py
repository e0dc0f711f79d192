"""De-identification in processes of its own: bytes that crash a decoder, or keep it busy for ever, cost one file."""

from collections import Counter
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from meddx.errors import MeddxError, Refused, without_content
from meddx.imaging.child_pool import ChildPool
from meddx.imaging.child_process import Body, answer_messages, limit_memory, limit_time
from meddx.imaging.deidentification.deidentify import Deidentified, deidentify, mask_confirmed
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.plain_messages import PlainMessages
from meddx.types import Box, Refusal

CHILD = __name__
"""Module that the child processes run."""
PATIENCE = 900.0
"""Seconds for one file; a long multi-frame object takes some minutes."""
_MOST_BYTES = 8 << 30
"""Of address space, for one child."""
_KEPT = 2
_messages = PlainMessages((Box, Deidentified, Options, Refusal))


class IsolatedDeidentifier:
    """De-identifies files in as many child processes as ask for one at a time. Safe to use from many threads."""

    def __init__(self, options: Options, key: bytes, patience: float = PATIENCE) -> None:
        self._pool = ChildPool(CHILD, _messages.serialize((options, key, float(patience))), _KEPT)
        self._patience = patience

    def deidentify(self, data: bytes) -> Deidentified:
        """Return what deidentify returns.

        Raises Refused, also with "decoder-crashed" and "decoder-hung", and MeddxError where no child process starts:
        that is not the fault of a file.
        """
        match self._ask(None, data):
            case ((Deidentified() as result, tuple(changes)), bytes(copy)):
                counted = Counter({(name, change): count for name, change, count in changes})
                return replace(result, data=copy, changes=counted)
        raise MeddxError("the process that de-identifies gave no answer")

    def mask_confirmed(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return what mask_confirmed returns. Raises as `deidentify` does."""
        return self._ask(boxes, data)[1]

    def drop_unused(self, seconds: float) -> int:
        """End child processes that have waited for so many seconds, all but one, and return their number."""
        return self._pool.drop_unused(seconds)

    def close(self) -> None:
        """End the child processes."""
        self._pool.close()

    def _ask(self, boxes: tuple[Box, ...] | None, data: bytes) -> tuple[object, bytes]:
        """Return head and body of the answer: to `boxes` of what mask_confirmed returns, to None of deidentify."""
        with self._pool.child() as child:
            head, body = child.ask(_messages.serialize(boxes), data, self._patience)
        answer = _messages.deserialize(head)
        if isinstance(answer, Refusal):
            raise Refused(answer.rule, answer.reason)
        return answer, body.tobytes()

    def __enter__(self) -> Self:
        """Return the deidentifier; its child processes end with the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child processes."""
        self.close()


def serve() -> None:
    """Answer until the other end is closed, which it is when its process ends."""

    def begin(settings: bytes) -> "_Answering":
        given = _messages.deserialize(settings)
        assert isinstance(given, tuple)
        options, key, patience = given
        limit_memory(_MOST_BYTES)
        return _Answering(options, Pseudonyms(key), patience)

    answer_messages(begin)


class _Answering:
    """Answers the bytes of a file with what becomes of it, which is the body; or with a refusal."""

    def __init__(self, options: Options, pseudonyms: Pseudonyms, patience: float) -> None:
        self._options, self._pseudonyms, self._patience = options, pseudonyms, patience

    def __call__(self, head: bytes, body: NDArray[np.uint8]) -> tuple[bytes, Body]:
        limit_time(self._patience)
        boxes = _messages.deserialize(head)
        assert boxes is None or isinstance(boxes, tuple)
        try:
            if boxes is not None:
                return _messages.serialize(None), mask_confirmed(body.tobytes(), boxes)
            result = deidentify(body.tobytes(), self._options, self._pseudonyms)
        except Refused as refused:
            return _messages.serialize(Refusal(refused.rule, refused.reason)), b""
        except MemoryError:
            return _messages.serialize(_TOO_LARGE), b""
        except Exception as error:  # the other files go on
            reason = f"The file could not be de-identified ({without_content(error)}); report this."
            return _messages.serialize(Refusal("failed", reason)), b""
        changes = tuple((name, change, count) for (name, change), count in result.changes.items())
        return _messages.serialize((replace(result, data=b"", changes=Counter()), changes)), result.data


_TOO_LARGE = Refusal("decoder-memory", "The file takes more memory than one image may: export it smaller.")


if __name__ == "__main__":
    serve()
