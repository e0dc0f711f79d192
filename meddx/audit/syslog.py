"""Send the entries of the audit log to a syslog server, each once it is written, in order, none left out.

Messages are those of RFC 5424 with an audit message of DICOM in UTF-8 (PS3.15 A.6), over UDP (RFC 5426) or TCP with
octet counting (RFC 6587). What has been sent is noted beside the log, so that an end of this process loses none over
TCP, though it may repeat one. A connection that breaks loses what is under way on it; UDP, what the network loses.
"""

import contextlib
import fcntl
import logging
import os
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from meddx.audit.dicom_message import audit_message
from meddx.audit.entry import AuditEntry, entry_of
from meddx.audit.log import AuditLog
from meddx.errors import without_content

_log = logging.getLogger(__name__)

_PRIORITY = 10 * 8 + 5
"""Facility security and authorization, severity notice."""
_MESSAGE_ID = "DICOM+RFC3881"
_LOOK_SECONDS, _LONGEST_PAUSE = 1.0, 60.0
_SEND_SECONDS = 5.0


def syslog_message(entry: AuditEntry, host: str, process: int) -> bytes:
    """Return the entry as a message of RFC 5424. host: name of this server."""
    header = f"<{_PRIORITY}>1 {entry.time} {host} meddx {process} {_MESSAGE_ID} - "
    return header.encode("ascii", "replace") + b"\xef\xbb\xbf" + audit_message(entry, host)


class SyslogForwarder:
    """Forward a log to a syslog server. target: "udp" or "tcp", host, port."""

    def __init__(self, log: AuditLog, target: tuple[str, str, int]) -> None:
        self._log, self._target = log, target
        self._sent = log.path.with_name(f"{log.path.name}.sent")
        self._socket: socket.socket | None = None
        self._host = socket.gethostname() or "-"

    def forward(self) -> int:
        """Send what has not been sent yet, and return how many entries. Raises OSError."""
        if not self._log.path.exists():
            return 0
        sent = 0
        with self._place() as file:
            start = int(os.pread(file, 32, 0) or b"0")
            if start > self._log.path.stat().st_size:
                start = 0  # the log was moved away, and begins anew
            for line in self._log.lines(start):
                if not line.endswith(b"\n"):
                    break  # cut off: the next writer ends it
                if (entry := entry_of(line)) is not None:
                    self._send(syslog_message(entry, self._host, os.getpid()))
                    sent += 1
                start += len(line)
                os.pwrite(file, f"{start:020d}".encode(), 0)
        return sent

    def run(self, until: threading.Event) -> None:
        """Forward every second until the event is set; while that fails with growing pauses, said once in the log."""
        pause, failing = _LOOK_SECONDS, False
        while True:
            last = until.wait(pause)
            try:
                self.forward()
                pause, failing = _LOOK_SECONDS, False
            except (OSError, ValueError) as error:
                self.close()
                if not failing:
                    _log.error("audit messages cannot be sent: %s", without_content(error))
                pause, failing = min(2 * pause, _LONGEST_PAUSE), True
            if last:
                self.close()
                return

    def close(self) -> None:
        """Close the connection; the next message opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: bytes) -> None:
        kind, host, port = self._target
        if kind == "tcp" and self._socket is not None and _is_closed(self._socket):
            self.close()
        if self._socket is None:
            if kind == "tcp":
                self._socket = socket.create_connection((host, port), _SEND_SECONDS)
            else:
                family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
                self._socket = socket.socket(family, socket.SOCK_DGRAM)
                self._socket.connect(address)
        try:
            self._socket.sendall(b"%d %s" % (len(message), message) if kind == "tcp" else message)
        except OSError:
            self.close()
            raise

    @contextmanager
    def _place(self) -> Iterator[int]:
        """Yield the file that says how far the log was sent; one process sends at a time. Raises BlockingIOError."""
        file = os.open(self._sent, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with contextlib.ExitStack() as held:
            held.callback(os.close, file)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file


def _is_closed(connection: socket.socket) -> bool:
    """Return whether the other end has closed a connection, which sending would not say; it never sends anything."""
    look = select.poll()
    look.register(connection, select.POLLIN)
    return bool(look.poll(0))
