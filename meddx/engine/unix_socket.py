"""Provide an httpx transport over a Unix domain socket that leaves no socket open when nobody listens."""

import socket
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import httpcore
import httpx

_KEEP_ALIVE_SECONDS = 5.0
"""Shorter than the worker's, so that no request goes out on a connection that the worker is closing."""


class UnixSocketTransport(httpx.HTTPTransport):
    """An httpx transport with any number of connections to one Unix domain socket.

    Raises httpx.ConnectError where nobody listens on `path`.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._pool = httpcore.ConnectionPool(
            uds=str(path), max_connections=None, keepalive_expiry=_KEEP_ALIVE_SECONDS, network_backend=_Backend()
        )


class _Backend(httpcore.SyncBackend):
    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect after a first connection has succeeded: httpcore 1.0 never closes a socket that cannot connect."""
        with closing(socket.socket(socket.AF_UNIX)) as probe:
            probe.settimeout(timeout)
            try:
                probe.connect(path)
            except TimeoutError as error:
                raise httpcore.ConnectTimeout(str(error)) from error
            except OSError as error:
                raise httpcore.ConnectError(str(error)) from error
        return super().connect_unix_socket(path, timeout, socket_options)
