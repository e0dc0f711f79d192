"""Requests over a Unix domain socket."""

import socket
import tempfile
import threading
from pathlib import Path

import httpx
import pytest

from meddx.engine.unix_socket import UnixSocketTransport
from tests.patience import SECONDS


@pytest.fixture
def path():
    """A short path, as the kernel wants it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "s"


def serve(listener):
    """Answer the first connection that asks something; those that only try the door ask nothing."""
    while True:
        connection, _ = listener.accept()
        with connection:
            if connection.recv(4096):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
                return


def test_whoever_listens_is_asked(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        server = threading.Thread(target=serve, args=(listener,), daemon=True)
        server.start()
        with httpx.Client(transport=UnixSocketTransport(path), base_url="http://engine", timeout=SECONDS) as client:
            assert client.get("/").text == "hello"
        server.join(10)


@pytest.mark.parametrize("abandoned", [False, True])
def test_where_nobody_listens_an_error_is_raised_and_nothing_stays_open(path, abandoned):
    if abandoned:
        with socket.socket(socket.AF_UNIX) as gone:
            gone.bind(str(path))
    with httpx.Client(transport=UnixSocketTransport(path), base_url="http://engine", timeout=SECONDS) as client:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(5):
            with pytest.raises(httpx.ConnectError):
                client.get("/")
        assert len(list(Path("/proc/self/fd").iterdir())) <= before
