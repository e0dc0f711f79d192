"""Cache decoded images, so that a second model or another view does not decode them again."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.read_image import read_image
from meddx.types import DrawableImage, Image

_MOST_BYTES = 256 << 20
"""The least recently used go when those kept exceed this; the one asked for last always stays."""


class CachedImage:
    """A decoded image and, once requested, its drawable form.

    nbytes: size in bytes of its values and, once it is there, of its drawable form. kept: whether the cache still has
    it. Both are for the cache to change, with its lock held. draw: begins to make the drawable form.
    """

    def __init__(self, image: Image, draw: "Callable[[CachedImage], Future[DrawableImage]]") -> None:
        self.image = image
        self.nbytes = image.values.nbytes
        self.kept = False
        self.used = time.monotonic()
        self._draw = draw
        self._lock = threading.Lock()
        self._drawn: Future[DrawableImage] | None = None

    def drawn(self) -> "Future[DrawableImage]":
        """Return the image ready to draw, compressed in the background, once."""
        with self._lock:
            if self._drawn is None:
                self._drawn = self._draw(self)
            return self._drawn


class ImageCache:
    """A cache of decoded images, keyed by the SHA-256 of the file and the frame. read: returns a frame of a file.

    Safe to use from many threads; each image is decoded once. A full cache holds thousands of small images: their bytes
    are not added up anew for each that comes.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES, read: Callable[[bytes, int], Image] | None = None) -> None:
        self._most_bytes = most_bytes
        self._read = read
        self._cached: OrderedDict[tuple[bytes, int], Future[CachedImage]] = OrderedDict()
        self._total = 0
        """Bytes of those that are read, by their `nbytes`."""
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
            image = CachedImage((self._read or read_image)(data, frame), self._draw)
        except BaseException as error:
            with self._lock:
                self._cached.pop(key, None)
            pending.set_exception(error)
            raise
        with self._lock:
            pending.set_result(image)
            image.kept = True
            self._total += image.nbytes
            self._forget()
        return image

    def drop_unused(self, seconds: float) -> int:
        """Drop images that nobody has asked for in so many seconds and return their number."""
        oldest = time.monotonic() - seconds
        with self._lock:
            unused = [key for key, image in self._cached.items() if image.done() and image.result().used < oldest]
            for key in unused:
                self._drop(key)
        return len(unused)

    def close(self) -> None:
        """Stop the drawing threads."""
        self._drawing.shutdown(wait=False, cancel_futures=True)

    def _forget(self) -> None:
        """Drop the least recently used while all together exceed the room, but neither the last nor one being read."""
        excess, last, dropped = self._total - self._most_bytes, next(reversed(self._cached)), []
        for key, image in self._cached.items():
            if excess <= 0 or key == last:
                break
            if image.done():
                dropped.append(key)
                excess -= image.result().nbytes
        for key in dropped:
            self._drop(key)

    def _drop(self, key: tuple[bytes, int]) -> None:
        image = self._cached.pop(key).result()
        image.kept = False
        self._total -= image.nbytes

    def _draw(self, image: CachedImage) -> "Future[DrawableImage]":
        def draw() -> DrawableImage:
            drawn = to_drawable(image.image)
            with self._lock:
                image.nbytes += len(drawn.pixels)
                if image.kept:
                    self._total += len(drawn.pixels)
            return drawn

        return self._drawing.submit(draw)
