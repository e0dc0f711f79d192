import subprocess
import sys
from contextlib import contextmanager

import pytest

from benchmarks.memory import memory_of


@contextmanager
def holding(mebibytes):
    """A process that has NumPy, and so many MiB of its own."""
    code = f"import numpy; held = b'1' * ({mebibytes} << 20); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.kill()


def test_memory_is_what_the_processes_hold_whatever_others_map_too_and_files_in_common_count_once():
    with holding(1) as small:
        alone = memory_of([small])
        with holding(101) as large:
            assert memory_of([small]) == pytest.approx(alone, abs=0.5)
            assert memory_of([large]) == pytest.approx(alone + 100, abs=2)
            both = memory_of([small, large])
            files = 2 * alone + 100 - both
            assert 0.2 * alone < files < alone, "the interpreter and NumPy, which both have mapped"
        assert memory_of([small, large]) == pytest.approx(alone, abs=0.5), "the other has ended"
