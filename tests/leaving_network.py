"""What a process may do after it has left the network, as JSON: `python -m tests.leaving_network`."""

import ctypes
import json
import platform
import socket
import subprocess
import sys
import threading

from meddx.confinement import leave_network

CALLS = {"x86_64": (101, 310, 425, 438), "aarch64": (117, 270, 425, 438)}
"""ptrace, process_vm_readv, io_uring_setup, pidfd_getfd."""


def _tried(*kind):
    try:
        socket.socket(*kind).close()
    except OSError as error:
        return type(error).__name__
    return "made"


def sockets():
    """Kind -> "made", or the error of making one."""
    return {
        "TCP": _tried(socket.AF_INET, socket.SOCK_STREAM),
        "UDP": _tried(socket.AF_INET, socket.SOCK_DGRAM),
        "IPv6": _tried(socket.AF_INET6, socket.SOCK_STREAM),
        "netlink": _tried(socket.AF_NETLINK, socket.SOCK_RAW),
        "Unix": _tried(socket.AF_UNIX, socket.SOCK_STREAM),
    }


def call_errors():
    """The error number of each of CALLS without arguments, which could do no harm."""
    library = ctypes.CDLL(None, use_errno=True)
    errors = []
    for number in CALLS[platform.machine()]:
        library.syscall(number, 1 << 20, 0, 0, 0, 0, 0)
        errors.append(ctypes.get_errno())
    return errors


def main():
    """Write sockets before, and after on this thread, on one that was there before, and in a new process; and calls."""
    before, on_thread, go = sockets(), {}, threading.Event()
    thread = threading.Thread(target=lambda: go.wait() and on_thread.update(sockets()))
    thread.start()
    left = leave_network()
    go.set()
    thread.join()
    child = subprocess.run([sys.executable, "-m", __spec__.name, "child"], capture_output=True, check=True)
    sys.stdout.write(json.dumps([before, left, [sockets(), on_thread, json.loads(child.stdout)], call_errors()]))


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        sys.stdout.write(json.dumps(sockets()))
    else:
        main()
