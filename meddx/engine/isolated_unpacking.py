"""Unpack archives in child processes: bytes that crash the unpacking, or keep it busy for ever, cost one request."""

import secrets
import threading
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import ARCHIVE_GONE, ArchiveMember, UnpackedPart
from meddx.engine.unpacking import unpack
from meddx.errors import MeddxError, Refused, without_content
from meddx.imaging.child_process import Body, ChildProcess, answer_messages, limit_memory, limit_time
from meddx.plain_messages import PlainMessages
from meddx.types import Refusal

CHILD = __name__
"""Module that a child process runs."""
_PATIENCE = 90.0
"""Seconds for one part of an archive, which takes about one on an idle machine."""
_MOST_BYTES = 8 << 30
"""Of address space, for a child."""
_KEPT = 4
"""Archives that are held for their next part; of others each part needs the whole archive again."""
_messages = PlainMessages((ArchiveMember, Refusal, UnpackedPart))


class IsolatedUnpacker:
    """Unpacks archives in a child process each, which holds its archive from part to part. Safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[ChildProcess, float]] = {}
        """And since when it waits, time.monotonic; by what names it to its owner alone."""

    def unpack(self, archive: bytes, room: int, start: int = 0, held: str = "") -> UnpackedPart:
        """Return what meddx.engine.unpacking.unpack returns. held: of the part before, in place of the archive.

        Raises Refused, also with "decoder-crashed" and "decoder-hung", and ARCHIVE_GONE where it is not held any more;
        MeddxError where no child process starts.
        """
        child = self._take(held) if held else ChildProcess(CHILD, _messages.serialize(None))
        is_held = False
        try:
            head, _ = child.ask(_messages.serialize((room, start)), archive, _PATIENCE)
            match _messages.deserialize(head):
                case UnpackedPart() as part:
                    name = self._hold(child, held) if part.next < part.total else ""
                    is_held = bool(name)
                    return replace(part, held=name)
                case Refusal(rule=rule, reason=reason):
                    raise Refused(rule, reason)
            raise MeddxError("the process that unpacks archives gave no answer")
        finally:
            if not is_held:
                child.close()

    def drop_unused(self, seconds: float) -> int:
        """Forget archives of which no part was asked for in so many seconds and return their number."""
        oldest = time.monotonic() - seconds
        with self._lock:
            unused = [name for name, (_, since) in self._held.items() if since < oldest]
            children = [self._held.pop(name)[0] for name in unused]
        for child in children:
            child.close()
        return len(children)

    def close(self) -> None:
        """End the child processes."""
        self.drop_unused(float("-inf"))

    def _take(self, held: str) -> ChildProcess:
        with self._lock:
            if held not in self._held:
                raise Refused(ARCHIVE_GONE, "The archive is not held any more: add it again.")
            return self._held.pop(held)[0]

    def _hold(self, child: ChildProcess, held: str) -> str:
        """Keep a child for the next part and return the name of its archive, "" where there is no room."""
        with self._lock:
            if len(self._held) >= _KEPT:
                return ""
            name = held or secrets.token_urlsafe(24)
            self._held[name] = child, time.monotonic()
            return name


class _Unpacking:
    """Answers how much may yet be held and where to start, with an archive as body, or none for the one before."""

    def __init__(self) -> None:
        self._archive = b""

    def __call__(self, head: bytes, body: NDArray[np.uint8]) -> tuple[bytes, Body]:
        limit_time(_PATIENCE)
        question = _messages.deserialize(head)
        assert isinstance(question, tuple)
        if body.size:
            self._archive = body.tobytes()
        answer: UnpackedPart | Refusal
        try:
            answer = unpack(self._archive, *question)
        except Refused as refused:
            answer = Refusal(refused.rule, refused.reason)
        except MemoryError:
            answer = Refusal("decoder-memory", "The archive takes more memory than one may: add it in parts.")
        except Exception as error:
            answer = Refusal("decoder-failed", f"It could not be unpacked ({without_content(error)}); report this.")
        return _messages.serialize(answer), b""


def serve() -> None:
    """Answer until the other end is closed."""

    def begin(_: bytes) -> _Unpacking:
        limit_memory(_MOST_BYTES)
        return _Unpacking()

    answer_messages(begin)


if __name__ == "__main__":
    serve()
