"""Sending of each answer at once."""

import socket
from pathlib import Path

import pytest

from pages.ui.common.answers_at_once import send_at_once


def nodelay(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_connections_to_the_server_send_at_once_and_no_other_socket_is_touched(family, address):
    with socket.socket(family) as server, socket.socket(family) as other:  # as Streamlit opens it
        try:
            server.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        other.bind((address, 0))
        assert send_at_once(server.getsockname()[1]) == 1
        server.listen()
        with socket.create_connection(server.getsockname()[:2]), server.accept()[0] as connection:
            assert nodelay(connection)
        assert not nodelay(other)


def test_a_port_that_nothing_is_bound_to_has_no_socket():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    assert send_at_once(port) == 0


def test_what_is_no_socket_is_left_alone(tmp_path):
    with (tmp_path / "file").open("w") as file:
        before = set(Path("/dev/fd").iterdir())
        send_at_once(1)
        assert set(Path("/dev/fd").iterdir()) == before
        assert file.fileno() > 0
