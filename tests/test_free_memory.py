import platform
import subprocess
import sys

import pytest

GLIBC = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked to give memory back")
SCRIPT = """
from pathlib import Path
from meddx.free_memory import release_free_memory

def pages():
    return int(Path("/proc/self/statm").read_text().split()[1])

blocks = [bytes([1]) * 100_000 for _ in range(1000)]  # too small for areas of their own
last = bytes([1]) * 100_000
full = pages()
del blocks
kept = pages()
release_free_memory()
print(full, kept, pages())
"""

THREADS = """
import threading
from pathlib import Path
from meddx.free_memory import release_free_memory, return_large_blocks

RETURNED = {returned}
if RETURNED:
    return_large_blocks()
together, held, done = threading.Barrier(9), [], threading.Event()

def large_blocks():
    for _ in range(3):
        held.append(bytes(1000))
        bytes([1]) * 20_000_000
    together.wait()
    done.wait()

for _ in range(8):
    threading.Thread(target=large_blocks, daemon=True).start()
together.wait()
release_free_memory()
print(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
"""


@GLIBC
def test_large_blocks_of_many_threads_are_given_back():
    left = []
    for returned in (False, True):
        script = THREADS.format(returned=returned)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        left.append(int(done.stdout))
    assert left[0] > 60_000_000, "without it several threads keep a block, else there is nothing to test"
    assert left[1] < 40_000_000


@GLIBC
def test_free_memory_below_what_is_still_held_is_given_back():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    full, kept, released = map(int, done.stdout.split())
    assert kept > full / 2, "the last block keeps all that is below it, else there is nothing to test"
    assert released < full / 2
