"""Give memory that is free within the process back to the operating system."""

import ctypes
import gc
from collections.abc import Callable
from contextlib import suppress


def release_free_memory() -> None:
    """Collect circles of objects and give free memory back, where the C library can (glibc: malloc_trim).

    glibc keeps an area of memory for each of many threads and gives back only its end: after a burst of requests, what
    one of them still holds there keeps all that is below it. Takes a fraction of a second.
    """
    gc.collect()
    if (trim := _trim()) is not None:
        trim(0)


def return_large_blocks() -> None:
    """Have blocks of 1 MiB and more given back at once when they are free, from now on (glibc: mallopt).

    After the first large block is freed glibc takes the next ones of its size from the area of the thread, the end of
    which even malloc_trim leaves there: in a server that hands images of 20 MiB from thread to thread, as much for each
    thread. Each large block costs fresh pages then, which a process that computes on many (the engine) would feel.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 1 << 20


def _trim() -> Callable[[int], int] | None:
    with suppress(AttributeError, OSError, TypeError):  # another C library, or none that can be opened by this name
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
        return found
    return None
