"""Sending of each answer at once, over TCP.

An answer goes out in two writes, its head and its body. Streamlit opens the server's socket without naming its
protocol, so that asyncio does not recognise it as TCP and leaves Nagle's algorithm on (RFC 896): the body waits until
the browser has acknowledged the head, which it puts off by 40 ms, for each of the sixty files that a page needs.
"""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path


def send_at_once(port: int) -> int:
    """Turn Nagle's algorithm off for this process's server on a port; return how many sockets it has, 0 where unknown.

    Connections that are accepted later inherit the option from its socket.
    """
    with suppress(FileNotFoundError):  # a system without /dev/fd
        return sum(_turned_off(int(entry.name), port) for entry in Path("/dev/fd").iterdir())
    return 0


def _turned_off(descriptor: int, port: int) -> bool:
    with suppress(OSError):  # closed meanwhile, or a socket of another kind
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        with socket.socket(fileno=os.dup(descriptor)) as sock:
            is_tcp = sock.family in (socket.AF_INET, socket.AF_INET6) and sock.type == socket.SOCK_STREAM
            if is_tcp and sock.getsockname()[1] == port:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return True
    return False
