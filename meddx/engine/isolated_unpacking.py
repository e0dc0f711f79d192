"""Unpack archives in a child process: bytes that crash the unpacking, or keep it busy for ever, cost one request."""

import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import ArchiveMember, UnpackedPart
from meddx.engine.unpacking import unpack
from meddx.errors import MeddxError, Refused, without_content
from meddx.imaging.child_process import Answering, Body, ChildProcess, answer_messages, limit_memory, limit_time
from meddx.plain_messages import PlainMessages
from meddx.types import Refusal

CHILD = __name__
"""Module that a child process runs."""
_PATIENCE = 90.0
"""Seconds for one part of an archive, which takes about one on an idle machine."""
_MOST_BYTES = 8 << 30
"""Of address space, for a child."""
_messages = PlainMessages((ArchiveMember, Refusal, UnpackedPart))


def unpack_isolated(archive: bytes, room: int, start: int = 0) -> UnpackedPart:
    """Return what meddx.engine.unpacking.unpack returns.

    Raises Refused, also with "decoder-crashed" and "decoder-hung"; MeddxError where no child process starts.
    """
    child = ChildProcess(CHILD, _messages.serialize(None))
    try:
        head, _ = child.ask(_messages.serialize((room, start)), archive, _PATIENCE)
    finally:
        child.close()
    match _messages.deserialize(head):
        case UnpackedPart() as part:
            return part
        case Refusal(rule=rule, reason=reason):
            raise Refused(rule, reason)
    raise MeddxError("the process that unpacks archives gave no answer")


def _answer(head: bytes, body: NDArray[np.uint8]) -> tuple[bytes, Body]:
    limit_time(_PATIENCE)
    question = _messages.deserialize(head)
    assert isinstance(question, tuple)
    answer: UnpackedPart | Refusal
    try:
        answer = unpack(body.tobytes(), *question)
    except Refused as refused:
        answer = Refusal(refused.rule, refused.reason)
    except MemoryError:
        answer = Refusal("decoder-memory", "The archive takes more memory than one may: add it in parts.")
    except Exception as error:
        answer = Refusal("decoder-failed", f"It could not be unpacked ({without_content(error)}); report this.")
    return _messages.serialize(answer), b""


def serve() -> None:
    """Answer until the other end is closed."""

    def begin(_: bytes) -> Answering:
        limit_memory(_MOST_BYTES)
        return _answer

    answer_messages(begin)


if __name__ == "__main__":
    serve()
