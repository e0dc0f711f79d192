"""A disk that is full: whatever is written below a folder gets the kernel's own ENOSPC, from /dev/full."""

import os
from pathlib import Path


class FullDisk:
    """Full from `fill` to `free`; what is there can be read, removed and renamed as on a full disk."""

    def __init__(self, folder, monkeypatch):
        self._folder = os.fspath(folder)
        self._full = False
        self._open = os.open
        monkeypatch.setattr(os, "open", self._opened)

    def fill(self):
        self._full = True

    def free(self):
        self._full = False

    def _opened(self, path, flags, mode=0o777, *, dir_fd=None):
        below = dir_fd is None and os.fspath(path).startswith(self._folder)
        writes = flags & (os.O_WRONLY | os.O_RDWR) and (flags & os.O_TRUNC or not Path(path).exists())
        if self._full and below and writes:
            os.close(self._open(path, flags, mode))  # an empty file still fits
            return self._open("/dev/full", os.O_WRONLY)
        return self._open(path, flags, mode, dir_fd=dir_fd)
