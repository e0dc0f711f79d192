"""Memory and time of a comparison of two systems on very many cases.

    python -m benchmarks.comparison_memory

Two systems, two exclusive labels, random probabilities, every case another patient; one label, as the Compare page asks
for it. 1,000 resamples is the default. Memory is the highest resident size above what the aligned systems
themselves take; each in a process of its own.
"""

import argparse
import json
import subprocess
import sys

from benchmarks.report import write
from meddx.config import ROOT

ABOUT = __doc__ or ""
MEASURED_ALONE = """
import json, resource, sys, time
import numpy as np
from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.system import system_of_file
from meddx.evaluate.predictions import Predictions

def system(name, n, seed):
    truth = np.random.default_rng(0).random(n) < 0.3
    p = 1 / (1 + np.exp(-(2.0 * truth - 1 + np.random.default_rng(seed).standard_normal(n))))
    cases = tuple(map(str, range(n)))
    both, targets = np.stack([p, 1 - p], axis=1), np.stack([truth, ~truth], axis=1)
    logits = np.log(both).astype(np.float32)
    predictions = Predictions(("ill", "well"), cases, cases, targets, logits, both)
    return system_of_file(name, predictions, (0.5, 0.5), exclusive=True)

compare(align([system("a", 500, 1), system("b", 500, 2)]), labels=["ill"])
aligned = align([system("a", int(sys.argv[1]), 1), system("b", int(sys.argv[1]), 2)])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, cpu = time.perf_counter(), time.process_time()
compare(aligned, labels=["ill"], resamples=int(sys.argv[2]))
taken, cpu = time.perf_counter() - start, time.process_time() - cpu
print(json.dumps([(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, taken, cpu]))
"""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=ABOUT.splitlines()[0])
    parser.parse_args()
    rows = []
    for n, resamples in ((20_000, 1000), (200_000, 100), (200_000, 1000)):
        command = [sys.executable, "-c", MEASURED_ALONE, str(n), str(resamples)]
        memory, taken, cpu = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
        rows.append((f"{n:,}", f"{resamples:,}", f"{memory:,.0f} MiB", f"{taken:.1f} s", f"{cpu:.1f} s"))
    header = ("cases", "resamples", "memory", "time", "processor time")
    write(ROOT / "benchmarks" / "results" / "comparison_memory.md", "Comparison of many cases", ABOUT, header, rows)


if __name__ == "__main__":
    main()
