"""Cache decoded images, so that a second model or another view does not decode them again."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.read_image import read_image
from meddx.types import DrawableImage, Image

_MOST_BYTES = 256 << 20
"""The least recently used go when those kept exceed this; the one asked for last always stays."""
_COUNTS = 64
"""How often their sizes are added up while as many bytes are read: a full cache holds thousands of small images, and to
add them up for each new one took longer than all else that a request needs the interpreter for."""


class CachedImage:
    """A decoded image and, once requested, its drawable form."""

    def __init__(self, image: Image, drawing: Executor) -> None:
        self.image = image
        self._drawing = drawing
        self.used = time.monotonic()
        self._lock = threading.Lock()
        self._drawn: Future[DrawableImage] | None = None

    def drawn(self) -> "Future[DrawableImage]":
        """Return the image ready to draw, compressed in the background, once."""
        with self._lock:
            if self._drawn is None:
                self._drawn = self._drawing.submit(to_drawable, self.image)
            return self._drawn

    @property
    def nbytes(self) -> int:
        """Return the size in bytes of its values and, once it is there, of its drawable form."""
        with self._lock:
            drawn = self._drawn
        done = drawn is not None and drawn.done() and not drawn.cancelled() and drawn.exception() is None
        return self.image.values.nbytes + (len(drawn.result().pixels) if done and drawn is not None else 0)


class ImageCache:
    """A cache of decoded images, keyed by the SHA-256 of the file and the frame. read: returns a frame of a file.

    Safe to use from many threads; each image is decoded once.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES, read: Callable[[bytes, int], Image] | None = None) -> None:
        self._most_bytes = most_bytes
        self._read = read
        self._cached: OrderedDict[tuple[bytes, int], Future[CachedImage]] = OrderedDict()
        self._uncounted = 0
        """Bytes that were read since the sizes were last added up."""
        self._lock = threading.Lock()
        self._drawing = ThreadPoolExecutor(2, thread_name_prefix="drawing")

    def read(self, data: bytes, frame: int) -> CachedImage:
        """Return the frame of the file.

        Raises Refused, and then keeps nothing.
        """
        key = (hashlib.sha256(data).digest(), frame)
        with self._lock:
            known = self._cached.get(key)
            if known is None:
                pending: Future[CachedImage] = Future()
                self._cached[key] = pending
            else:
                self._cached.move_to_end(key)
        if known is not None:
            image = known.result()
            image.used = time.monotonic()
            return image
        try:
            pending.set_result(CachedImage((self._read or read_image)(data, frame), self._drawing))
        except BaseException as error:
            with self._lock:
                self._cached.pop(key, None)
            pending.set_exception(error)
            raise
        image = pending.result()
        self._forget(image.nbytes)
        return image

    def drop_unused(self, seconds: float) -> int:
        """Drop images that nobody has asked for in so many seconds and return their number."""
        oldest = time.monotonic() - seconds
        with self._lock:
            unused = [key for key, image in self._cached.items() if _last_use(image) < oldest]
            for key in unused:
                del self._cached[key]
        return len(unused)

    def close(self) -> None:
        """Stop the drawing threads."""
        self._drawing.shutdown(wait=False, cancel_futures=True)

    def _forget(self, new: int) -> None:
        """Drop the least recently used where those kept exceed the room, after so many new bytes."""
        with self._lock:
            self._uncounted += new
            if self._uncounted * _COUNTS < self._most_bytes:
                return
            self._uncounted = 0
            total = sum(_bytes(image) for image in self._cached.values())
            for key, image in list(self._cached.items())[:-1]:
                if total <= self._most_bytes:
                    return
                total -= _bytes(image)
                del self._cached[key]


def _bytes(image: "Future[CachedImage]") -> int:
    """Return the size of an image in bytes; 0 while it is being read."""
    return image.result().nbytes if image.done() and image.exception() is None else 0


def _last_use(image: "Future[CachedImage]") -> float:
    """Return when an image was last asked for, time.monotonic; infinity while it is being read."""
    return image.result().used if image.done() and image.exception() is None else float("inf")
