import platform
import subprocess
import sys

import pytest

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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked to give memory back")
def test_free_memory_below_what_is_still_held_is_given_back():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    full, kept, released = map(int, done.stdout.split())
    assert kept > full / 2, "the last block keeps all that is below it, else there is nothing to test"
    assert released < full / 2
