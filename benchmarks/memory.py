"""Memory and processor time of a server and of the processes that it has started."""

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_HEXADECIMAL = "0123456789abcdef"  # names of fields begin with a capital
_SHARED_MEMORY = ("/dev/shm/", "/memfd:", "/SYSV", "/dev/zero")


def memory_of(processes: Iterable[int]) -> float:
    """Return the memory of processes in MiB, what they have in common counted once; those that have ended have none.

    Not the sum of the kernel's proportional set sizes: of what other programs on the machine map too, TensorFlow's
    libraries above all, that counts a share, and so grew by 150 MiB when the tests beside a benchmark had ended.
    """
    own, files = 0, Counter[str]()
    for process in processes:
        with suppress(OSError):  # it has ended
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            own += sum(_kibibytes(line) for line in rollup if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
            files |= _mapped(process)  # of each file, the most that one of them holds
    return (own + files.total()) / 1024


def _mapped(process: int) -> Counter[str]:
    """Return how many KiB of each file a process holds in memory, without what it has changed."""
    files, path = Counter[str](), ""
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        if line[0] in _HEXADECIMAL:  # a mapping begins: addresses, permissions, offset, device, inode, path
            path = "".join(line.split(maxsplit=5)[5:])
        elif not path.startswith("/") or path.startswith(_SHARED_MEMORY):
            continue
        elif line.startswith("Rss:"):
            files[path] += _kibibytes(line)
        elif line.startswith("Anonymous:"):
            files[path] -= _kibibytes(line)
    return files


def _kibibytes(line: str) -> int:
    return int(line.split()[1])


def descendants(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    children: list[int] = []
    with suppress(OSError):  # it has ended
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):  # a thread that has ended has none, the others may
                children += map(int, (task / "children").read_text().split())
    return [*children, *(other for child in children for other in descendants(child))]


def processor_seconds(process: int) -> float:
    """Return the processor time so far of a process and of those below it that have ended; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
