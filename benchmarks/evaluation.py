"""A million recorded predictions to every number of the page, and 624 chest films to metrics beside its two halves.

    python -m benchmarks.evaluation

Numbers: three exclusive labels, random probabilities; alone, and with 400,000 patients. "Threshold moved" is what the
page computes again when a slider moves. Memory is the highest resident size above what the predictions themselves take,
for 250,000 cases and for a million. Images: the official test set through the loader and the pixel pipeline; decoding
alone with as many threads, forward passes alone on inputs made beforehand in the same pieces, then both together as
`meddx evaluate --data` does. The ways take turns, three times; the best of each, so that other work on the machine
counts least.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.report import write
from meddx.config import ROOT, models_dir

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
    parser.add_argument("--model", default="chest-efficientnet")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    rows = [
        row
        for n, patients in ((250_000, 250_000), (1_000_000, 1_000_000), (1_000_000, 400_000))
        for row in _numbers(n, patients, arguments.repeats)
    ]
    rows += _images(arguments.model, arguments.repeats)
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


def _images(model: str, repeats: int) -> list[tuple[str, str]]:
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    import numpy as np

    from meddx.engine.model_references import read_model_references
    from meddx.evaluate.assessment import assess
    from meddx.evaluate.batched_inference import _decoders, _input, batch_size
    from meddx.evaluate.label_grouping import group_labels
    from meddx.evaluate.logits_and_distances import LogitsAndDistances
    from meddx.evaluate.predict_set import predict_set
    from meddx.evaluate.sets.recipe_sets import recipe_sets
    from meddx.model.loading import load_model
    from meddx.model.registry import find_model

    installed = find_model(models_dir(), model)
    card = installed.card
    images = recipe_sets(ROOT / card.training.config).test
    loaded = load_model(installed.folder)
    ask = LogitsAndDistances(loaded, read_model_references(installed.folder, card).statistics)
    grouping = group_labels(card, {})
    inputs = [_input(case, card) for case in images.cases]
    pieces = [np.stack(inputs[start : start + batch_size(card)]) for start in range(0, len(inputs), batch_size(card))]
    ask(pieces[0], [])

    def decode() -> None:
        with ThreadPoolExecutor(_decoders(images)) as pool:
            list(pool.map(lambda case: _input(case, card), images.cases))

    def forward() -> None:
        for piece in pieces:
            ask(piece, [])

    def together() -> None:
        found = predict_set(ask, grouping, images)
        assess(found.predictions, [label.threshold for label in card.labels], True)

    times = [[_seconds(work) for work in (decode, forward, together)] for _ in range(repeats)]
    best = [min(run[column] for run in times) for column in range(3)]
    return [
        (f"{len(images)} images, {model}: decoding alone", f"{best[0]:.2f} s"),
        (f"{len(images)} images, {model}: forward passes alone", f"{best[1]:.2f} s"),
        (f"{len(images)} images, {model}: files to metrics", f"{best[2]:.2f} s"),
        ("speed beside the slower half alone (goal at least 0.9)", f"{max(best[:2]) / best[2]:.2f}"),
    ]


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
