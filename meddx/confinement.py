"""Keep a process that reads untrusted bytes off the network, whatever they make it do.

A filter of system calls (seccomp(2), BPF as in linux/filter.h): it holds for all threads and for every process that is
started afterwards, and cannot be taken off again.
"""

import ctypes
import platform
import struct
import sys
from typing import NamedTuple


class _System(NamedTuple):
    """What a processor's kernel calls things: AUDIT_ARCH_..., and the numbers of system calls."""

    arch: int
    seccomp: int
    socket: int
    refused: tuple[int, ...]


_SYSTEMS = {
    "x86_64": _System(0xC000003E, 317, 41, (101, 310, 311, 425, 426, 427, 438)),
    "aarch64": _System(0xC00000B7, 277, 198, (117, 270, 271, 425, 426, 427, 438)),
}
"""refused: ptrace, process_vm_readv and process_vm_writev, by which one process gets at others of its user;
io_uring_setup, io_uring_enter and io_uring_register, which make connections past the filter; pidfd_getfd, which takes
one that another process has."""
_X32 = 0x40000000
"""From here on numbers of system calls of x32, another interface of x86-64 kernels."""
_AF_UNIX, _EACCES, _ENOSYS = 1, 13, 38
_PR_SET_NO_NEW_PRIVS, _SET_MODE_FILTER, _ALL_THREADS = 38, 1, 1
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
"""Places in struct seccomp_data; of the argument the lower half, on little-endian processors."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def leave_network() -> bool:
    """Refuse this process, its threads and whatever it starts all sockets but Unix ones, and to trace other processes.

    What it has open stays open. Files of other processes of its user, /proc/PID/mem among them, are the kernel's to
    refuse (kernel.yama.ptrace_scope, other users for other services). Returns whether the system can do so: Linux on
    x86-64 or ARM.
    """
    system = _SYSTEMS.get(platform.machine()) if sys.platform == "linux" else None
    if system is None:
        return False
    code = _filter(system)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    done: int = libc.syscall(system.seccomp, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program))
    return done == 0


def _filter(system: _System) -> bytes:
    """Return the instructions: code, jumps where true and where false, and a number each."""
    program = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, system.arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERROR | _ENOSYS),
        *((_EQUAL, len(system.refused) + 4 - place, 0, call) for place, call in enumerate(system.refused)),
        (_EQUAL, 1, 0, system.socket),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 0, 1, _AF_UNIX),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERROR | _EACCES),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)
