"""A million recorded predictions to every number of the page.

    python -m benchmarks.evaluation

Three exclusive labels, random probabilities; alone, and with 400,000 patients. "Threshold moved" is what the page
computes again when a slider moves. Memory is the highest resident size above what the predictions themselves take, for
250,000 cases and for a million. Three times; the best of each, so that other work on the machine counts least. From
films to predictions: `python -m benchmarks.evaluating_films`.
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
from meddx.evaluate.assessment import assess, scored
from meddx.evaluate.predictions import Predictions

n, patients = int(sys.argv[1]), int(sys.argv[2])
generator = np.random.default_rng(0)
p = generator.dirichlet([1, 1, 1], n)
true = np.eye(3, dtype=bool)[(p.cumsum(axis=1) < generator.random((n, 1))).sum(axis=1)]
cases = tuple(map(str, range(n)))
groups = cases if patients == n else tuple(map(str, generator.integers(0, patients, n).tolist()))
small = Predictions(("a", "b", "c"), cases[:999], cases[:999], true[:999], np.zeros((999, 3), np.float32), p[:999])
assess(small, (0.3,) * 3, True)
predictions = Predictions(("a", "b", "c"), cases, groups, true, np.zeros((n, 3), np.float32), p)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, cpu = time.perf_counter(), time.process_time()
known = scored(predictions, True)
assess(predictions, (0.3,) * 3, True, known=known)
whole, whole_cpu = time.perf_counter() - start, time.process_time() - cpu
start = time.perf_counter()
assess(predictions, (0.4,) * 3, True, known=known)
moved = time.perf_counter() - start
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([whole, whole_cpu, moved, (after - before) / 1024]))
"""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=ABOUT.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    rows = [
        row
        for n, patients in ((250_000, 250_000), (1_000_000, 1_000_000), (1_000_000, 400_000))
        for row in _numbers(n, patients, arguments.repeats)
    ]
    write(ROOT / "benchmarks" / "results" / "evaluation.md", "Evaluation", ABOUT, ("what", "result"), rows)


def _numbers(n: int, patients: int, repeats: int) -> list[tuple[str, str]]:
    runs = []
    for _ in range(repeats):
        command = [sys.executable, "-c", MEASURED_ALONE, str(n), str(patients)]
        runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout))
    whole, cpu, moved, memory = (min(run[column] for run in runs) for column in range(4))
    name = f"{n:,} predictions, {patients:,} patients"
    return [
        (f"{name}: every number", f"{whole:.2f} s ({cpu:.2f} s of processor time)"),
        (f"{name}: threshold moved", f"{moved:.2f} s"),
        (f"{name}: memory", f"{memory:.0f} MiB"),
    ]


if __name__ == "__main__":
    main()
