"""Memory and processor time of a server and of the processes that it has started."""

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def memory_of(processes: Iterable[int]) -> float:
    """Return the memory of processes in MiB, what they have in common counted once; those that have ended have none.

    It is not the sum of their proportional set sizes. Those count only a share of what other programs map too,
    TensorFlow's libraries above all: the sum grew by 150 MiB when tests beside a benchmark had ended. Two parts of a
    server that have files in common add up to more than the whole.
    """
    own, files = 0, Counter[str]()
    for process in processes:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            mapped, own_now = _mapped(process), _changed(process)
            files |= mapped  # of each file, the most that one of them holds
            own += own_now
    return (own + files.total()) / 1024


def _changed(process: int) -> int:
    """Return the KiB that belong to no file; of what it has in common with its parent since a fork, its share.

    Raises RuntimeError where the kernel does not tell it (Linux before 5.4).
    """
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    sizes = [_kibibytes(line) for line in lines if line.startswith("Pss_Anon:")]
    if lines and not sizes:
        raise RuntimeError("This kernel does not tell memory without files (Pss_Anon in /proc/PID/smaps_rollup).")
    return sum(sizes)


def _mapped(process: int) -> Counter[str]:
    """Return how many KiB of each file, or other memory to share, a process holds, without what it has changed."""
    files, file = Counter[str](), ""
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        if not line[0].isupper():  # a mapping begins: addresses, permissions, offset, device, inode, path
            device, inode = line.split(maxsplit=5)[3:5]
            file = "" if inode == "0" else f"{device} {inode}"
        elif file and line.startswith("Rss:"):
            files[file] += _kibibytes(line)
        elif file and line.startswith("Anonymous:"):
            files[file] -= _kibibytes(line)
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
