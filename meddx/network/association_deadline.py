"""An end to associations with peers that stall or drip: pynetdicom waits for the rest of a PDU without a limit."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pynetdicom import evt
from pynetdicom.events import Event

Handlers = list[Any]
"""What an association takes as evt_handlers."""


@contextmanager
def association_deadline(seconds: float, *, renewed: bool) -> Iterator[Handlers]:
    """Yield handlers by which the connection of an association is shut down once its time is over.

    The context encloses the end of the association too. seconds: from the opening of the connection; where `renewed`,
    from the last whole PDU (PS3.8 9.3) instead.
    """
    until = float("inf")
    ended = threading.Event()
    connections: list[socket.socket] = []

    def renew(_: Event) -> None:
        nonlocal until
        until = time.monotonic() + seconds

    def watch(connection: socket.socket) -> None:
        while (left := until - time.monotonic()) > 0:
            if ended.wait(left):
                return
        with suppress(OSError):  # closed already
            connection.shutdown(socket.SHUT_RDWR)

    def begin(event: Event) -> None:
        renew(event)
        opened = event.assoc.dul.socket
        connection = None if opened is None else opened.socket
        assert connection is not None, "a connection that is open has a socket"
        connections.append(connection)
        # An object goes out in two messages, command and data (PS3.7 6.3); the second must not wait until the peer has
        # acknowledged the first (Nagle, RFC 896), which takes 40 ms.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=watch, args=(connection,), name="association deadline", daemon=True).start()

    pdus = [(evt.EVT_DATA_RECV, renew), (evt.EVT_DATA_SENT, renew)] if renewed else []
    try:
        yield [(evt.EVT_CONN_OPEN, begin), *pdus]
    finally:
        ended.set()
        for connection in connections:  # pynetdicom leaves open what was shut down
            connection.close()
