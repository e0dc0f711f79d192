"""The parts of a multipart/related message (RFC 2387, RFC 2046 5.1), as they come."""

from collections.abc import Iterable, Iterator
from email.message import Message

from meddx.errors import MeddxError


class BrokenMessage(MeddxError):
    """A message that is no multipart message."""


class CutShort(MeddxError):
    """A multipart message without its end."""


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a Content-Type states. Raises BrokenMessage."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/related" or not boundary:
        raise BrokenMessage("no multipart message")
    return boundary.encode()


def parts(chunks: Iterable[bytes], boundary: bytes) -> Iterator[bytes]:
    """Return the content of each part. Raises CutShort where the message ends without its last delimiter."""
    delimiter = b"\r\n--" + boundary
    buffer = bytearray(b"\r\n")  # the first delimiter may begin the message
    searched, begun = 0, False
    for chunk in chunks:
        buffer += chunk
        while (at := buffer.find(delimiter, searched)) >= 0:
            end = at + len(delimiter)
            if len(buffer) < end + 2:
                searched = at
                break  # whether it is the last one is still to come
            if begun:
                yield _content(buffer, at)
            if buffer[end : end + 2] == b"--":
                return
            begun, searched = True, 0
            del buffer[:end]
        else:
            searched = max(0, len(buffer) - len(delimiter) + 1)
    raise CutShort("the message ends early")


def _content(buffer: bytearray, end: int) -> bytes:
    """Return what follows the header of the part that the buffer begins with."""
    header = buffer.find(b"\r\n\r\n", 0, end)
    if header < 0:
        raise BrokenMessage("a part without a header")
    with memoryview(buffer) as view:
        return bytes(view[header + 4 : end])
