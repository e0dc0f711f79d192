"""Encode and decode an upload as a stream: msgpack of each file's name, then of its pieces, then None."""

from collections import deque
from collections.abc import Iterable, Iterator

import msgpack

from meddx.engine.contract import UploadedFile

_PIECE_BYTES = 1 << 17
"""What a socket takes at once: httpcore copies what is left of a part after every send."""


def encode(files: Iterable[UploadedFile]) -> Iterator[bytes]:
    """Yield the body of the request, in small parts."""
    for name, content in files:
        yield msgpack.packb(name)
        for piece in content:
            for start in range(0, len(piece), _PIECE_BYTES):
                yield msgpack.packb(piece[start : start + _PIECE_BYTES])
    yield msgpack.packb(None)


def decode(chunks: Iterable[bytes]) -> Iterator[UploadedFile]:
    """Yield the files of a body that arrives in chunks of any size.

    Each file is to be read before the next is asked for. Raises ValueError for a body that is cut off or is not such a
    stream.
    """
    messages = _messages(chunks)
    name = next(messages)
    while name is not None:
        if not isinstance(name, str):
            raise ValueError("an upload's file begins with its name")
        after: list[object] = []
        content = _content(messages, after)
        yield name, content
        deque(content, maxlen=0)  # what nobody wanted of it
        (name,) = after


def _content(messages: Iterator[object], after: list[object]) -> Iterator[bytes]:
    """Yield a file's pieces, and append the message that follows them to `after`."""
    for message in messages:
        if not isinstance(message, bytes):
            after.append(message)
            return
        yield message


def _messages(chunks: Iterable[bytes]) -> Iterator[object]:
    unpacker = msgpack.Unpacker()
    for chunk in chunks:
        unpacker.feed(chunk)
        yield from unpacker
    raise ValueError("the upload was cut off")
