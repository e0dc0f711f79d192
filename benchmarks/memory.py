"""Memory and processor time of a server and of the processes that it has started."""

import os
from contextlib import suppress
from pathlib import Path


def proportional_set_size(process: int) -> float:
    """Return the memory of a process in MiB, its share of what it has in common with others; 0 where it has ended."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


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
