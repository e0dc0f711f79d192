"""Read one array of a NumPy .npz archive row by row, in constant memory."""

import math
import threading
import zipfile
import zlib
from functools import lru_cache
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from meddx.errors import Refused

_MOST_REOPENED = 4
CHANGED = "changed-archive"
"""The rule by which an archive is refused that was replaced or written to since it was opened."""


class NpzMember:
    """One array, `name`, of the archive at `path`.

    Reading rows in ascending order is fastest, since a compressed array can only be read forwards and starts again from
    its beginning to go back. May be shared by threads.
    """

    def __init__(self, path: Path, name: str) -> None:
        """Read the header.

        Raises Refused where there is no such array, or it cannot be read by rows (e.g. Python objects).
        """
        self.path, self.name = path, name
        self._lock = threading.Lock()
        try:
            self._state = _state(path)
            self._stream = zipfile.ZipFile(path).open(f"{name}.npy")  # noqa: SIM115 - stays open for the rows
            self.shape, self.dtype = _header(self._stream)
            self._start = self._stream.tell()
        except KeyError:
            raise Refused("missing-array", f"The archive has no array {name!r}; write it again with one.") from None
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise Refused(
                "unreadable-archive", f"The array {name!r} cannot be read from a NumPy archive; write it again."
            ) from error
        self._row_bytes = math.prod(self.shape[1:]) * self.dtype.itemsize

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process opens the same archive, once for all rows that it is sent."""
        return _reopened, (self.path, self.name, self._state)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def row(self, index: int) -> NDArray[Any]:
        """Return row `index` (from 0), of shape `shape[1:]`.

        Raises Refused where the archive ends or is damaged before it, and (CHANGED) where it is not the one any more
        whose header was read.
        """
        try:
            if _state(self.path) != self._state:
                raise Refused(CHANGED, "The NumPy archive was replaced while it was in use; open the set again.")
            with self._lock:
                self._stream.seek(self._start + index * self._row_bytes)
                data = self._stream.read(self._row_bytes)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise Refused(
                "unreadable-archive", f"The array {self.name!r} of the archive is damaged; write it again."
            ) from error
        if len(data) < self._row_bytes:
            raise Refused(
                "unreadable-archive", f"The array {self.name!r} of the archive ends before this row; write it again."
            )
        return np.frombuffer(data, self.dtype).reshape(self.shape[1:])


@lru_cache(_MOST_REOPENED)
def _reopened(path: Path, name: str, state: tuple[int, int, int]) -> NpzMember:
    member = NpzMember(path, name)
    member._state = state
    return member


def _state(path: Path) -> tuple[int, int, int]:
    """Return what differs between an archive and one that replaced it."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and dtype of the array (NumPy enhancement proposal 1).

    Raises ValueError for an array that cannot be read by rows.
    """
    version = npy.read_magic(cast(BufferedIOBase, stream))
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran_order, dtype = read(cast(BufferedIOBase, stream))
    if fortran_order or dtype.hasobject or not shape:
        raise ValueError("an array of plain numbers in C order is needed")
    return shape, dtype
