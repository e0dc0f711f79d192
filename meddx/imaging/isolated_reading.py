"""read_image in child processes: bytes that crash a decoder, or keep it busy for ever, cost one request."""

import os
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from meddx.errors import MeddxError, Refused, without_content
from meddx.imaging.child_pool import ChildPool
from meddx.imaging.child_process import Body, answer_messages, limit_memory, limit_time
from meddx.imaging.read_image import read_image
from meddx.plain_messages import PlainMessages
from meddx.types import Image, Refusal, VoiLut, Window

CHILD = __name__
"""Module that a child process runs."""
PATIENCE = 30.0
"""Seconds for one frame. The largest that are taken need a few on an idle machine."""
_MOST_BYTES = 8 << 30
"""Of address space, for one child."""
_KEPT = max(4, os.cpu_count() or 1)
"""Children that wait for the next image, as many as an evaluation asks at a time; others end when they are through."""
_NOTHING = np.empty(0, np.uint8)
_messages = PlainMessages((Image, Window, VoiLut, Refusal))


class IsolatedReader:
    """Reads images in as many child processes as ask for one at a time. Safe to use from many threads."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._pool = ChildPool(CHILD, _messages.serialize(float(patience)), _KEPT)

    def read(self, data: bytes, frame: int = 0) -> Image:
        """Return what read_image returns.

        Raises Refused, also with "decoder-crashed", "decoder-hung", "decoder-memory" and "decoder-failed"; MeddxError
        where no child process starts.
        """
        with self._pool.child() as child:
            head, body = child.ask(_messages.serialize(frame), data, self._patience)
        match _messages.deserialize(head):
            case (Image() as image, str(dtype), tuple(shape)):
                return replace(image, values=body.view(dtype).reshape(shape))
            case (Refusal(rule=rule, reason=reason), int(frames)):
                raise Refused(rule, reason, frames)
        raise MeddxError("the process that decodes images gave no answer")

    def warm(self) -> None:
        """Start a child process, so that the first image need not wait for it."""
        with suppress(MeddxError):  # that there is nothing to read
            self.read(b"")

    def close(self) -> None:
        """End the child processes."""
        self._pool.close()

    def drop_unused(self, seconds: float) -> int:
        """End child processes that have waited for so many seconds, all but one, and return their number."""
        return self._pool.drop_unused(seconds)


def serve() -> None:
    """Answer until the other end is closed."""

    def begin(settings: bytes) -> "_Answering":
        patience = _messages.deserialize(settings)
        assert isinstance(patience, float)
        limit_memory(_MOST_BYTES)
        return _Answering(patience)

    answer_messages(begin)


class _Answering:
    """Answers the bytes of a file, and the frame: an image and the type and shape of its values, which are the body; or
    a refusal and the number of frames."""

    def __init__(self, patience: float) -> None:
        self._patience = patience

    def __call__(self, head: bytes, body: NDArray[np.uint8]) -> tuple[bytes, Body]:
        limit_time(self._patience)
        frame = _messages.deserialize(head)
        assert isinstance(frame, int)
        answer = _read(body.tobytes(), frame)
        if not isinstance(answer, Image):
            return _messages.serialize(answer), _NOTHING
        values = np.ascontiguousarray(answer.values)
        bare = replace(answer, values=_NOTHING)
        return _messages.serialize((bare, values.dtype.str, values.shape)), values


def _read(data: bytes, frame: int) -> Image | tuple[Refusal, int]:
    try:
        return read_image(data, frame)
    except Refused as refused:
        return Refusal(refused.rule, refused.reason), refused.frames
    except MemoryError:
        return Refusal("decoder-memory", "The file takes more memory than one image may: export it smaller."), 1
    except Exception as error:  # the next image is read
        return Refusal("decoder-failed", f"The file could not be decoded ({without_content(error)}); report this."), 1


if __name__ == "__main__":
    serve()
