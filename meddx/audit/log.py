"""The file of the audit log: lines are appended, each with the hash of the one before, and never changed.

Beside it, the head states number and hash of the last line, so that lines cut off at the end are missed. Any number of
processes may write; a lock of the kernel lets one do so at a time, and goes with its process.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from meddx.audit.entry import NO_HASH, NO_HEAD, AuditEntry, AuditEvent, Outcome, entry_of, hash_of, line_of, plain_text

_TAIL_BYTES = 1 << 16
"""More than any line has, so that the last whole one lies in it."""


MOST_BEHIND = 2
"""Entries that the head may lack where a writer was cut off: a writer that recovers writes two before the head."""


class LogHead(NamedTuple):
    """Number and hash of the last line."""

    number: int
    hash: str


class AuditLog:
    """An audit log in a file, which is made with the first entry. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head_path = path.with_name(f"{path.name}.head")

    def append(
        self,
        event: AuditEvent,
        outcome: Outcome = "success",
        *,
        who: str = "",
        address: str = "",
        case: str = "",
        subject: str = "",
        detail: str = "",
    ) -> AuditEntry:
        """Append an entry, on the disk when this returns, and return it; nothing of it stays where that fails."""
        with self._locked(fcntl.LOCK_EX) as file:
            size, head = os.fstat(file).st_size, self.head()
            last, remnant = _end(file, size)
            lines = [] if remnant is None else [b""]  # ends the line that was cut off
            note = hash_of(remnant) if remnant else NO_HEAD if head is None and last.number > MOST_BEHIND else ""
            if head is not None and head.number > last.number:
                last = head  # the end is gone: the gap in the numbers stays to tell of it
            if note:
                lines.append(line_of(AuditEntry(last.number + 1, _now(), "recovered", "success", "", "", "", "", note,
                                                last.hash)))  # fmt: skip
                last = LogHead(last.number + 1, hash_of(lines[-1]))
            entry = AuditEntry(
                last.number + 1, _now(), event, outcome, plain_text(who), plain_text(address), plain_text(case),
                plain_text(subject), plain_text(detail), last.hash,
            )  # fmt: skip
            lines.append(line_of(entry))
            try:
                _write(file, b"\n".join(lines) + b"\n")
                os.fsync(file)
                _write_head(self._head_path, LogHead(entry.number, hash_of(lines[-1])))
            except OSError:
                os.ftruncate(file, size)
                raise
        return entry

    def head(self) -> LogHead | None:
        """Return what the head states, None where there is none or it cannot be read."""
        try:
            number, hashed = self._head_path.read_text(encoding="ascii").split()
            return LogHead(int(number), hashed)
        except (OSError, ValueError):
            return None

    def snapshot(self) -> tuple[int, LogHead | None]:
        """Return the size of the file in bytes and the head, between two entries; 0 where there is no log."""
        if not self.path.exists():
            return 0, self.head()
        with self._locked(fcntl.LOCK_SH) as file:
            return os.fstat(file).st_size, self.head()

    def lines(self, start: int = 0) -> Iterator[bytes]:
        """Yield the lines that are there now, with their line feeds; the last may lack it. start: place in the file."""
        size, _ = self.snapshot()
        if size <= start:
            return
        with self.path.open("rb") as file:
            file.seek(start)
            while file.tell() < size:
                yield file.readline()

    def entries(self) -> Iterator[AuditEntry]:
        """Yield every entry that can be read, in the order of the file."""
        for line in self.lines():
            if (entry := entry_of(line)) is not None:
                yield entry

    @contextmanager
    def _locked(self, kind: int) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, kind)
            yield file
        finally:
            os.close(file)


def _end(file: int, size: int) -> tuple[LogHead, bytes | None]:
    """Return the last whole line, and what stands after it: None for a line feed alone, b"" where that is missing."""
    tail = os.pread(file, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    end = len(tail)
    while end:
        start = tail.rfind(b"\n", 0, end) + 1
        entry = entry_of(tail[start:end])
        if entry is not None:
            after = tail[end:]
            remnant = None if after == b"\n" else after.removeprefix(b"\n")
            return LogHead(entry.number, hash_of(tail[start:end])), remnant
        end = max(start - 1, 0)
    return LogHead(0, NO_HASH), tail or None


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _write_head(path: Path, head: LogHead) -> None:
    """Write the head in its place, always as many bytes, in one call."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(file, f"{head.number:020d} {head.hash}\n".encode(), 0)
    finally:
        os.close(file)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
