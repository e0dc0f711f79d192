"""DICOM films to metrics, beside the slower of reading them alone and of inference alone.

    python -m benchmarks.evaluating_films [--films N] [--model ID]

5,000 DICOM phantoms of 512 x 416 pixels (1,000 drawn, each read five times). Reading alone: file to network input, with
as many threads as an evaluation has. Inference alone: as many forward passes with what the check for unlike images
looks at, by the runtime that is the fastest here, on inputs made beforehand. Together: files to metrics, as `meddx
evaluate --data` does it. Beside them the same films by pydicom alone (`pixel_array`, as many threads), which does less.
The ways take turns, three times; the best of each. Where both halves keep every core busy no program can be as fast as
the slower of them, since it has the work of both to do: "work" is their processor time together over what the cores
had in the time taken, the most that could be had being 1.
"""

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from benchmarks.films import film_set, written_films
from benchmarks.report import Measured, options, results_folder, write
from meddx.config import models_dir
from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

import numpy as np  # noqa: E402
from pydicom import dcmread  # noqa: E402

from meddx.engine.answer_pass import AnswerPass  # noqa: E402
from meddx.evaluate.assessment import assess  # noqa: E402
from meddx.evaluate.batched_inference import _decoders, _input, batch_size, model_outputs  # noqa: E402
from meddx.evaluate.label_grouping import group_labels  # noqa: E402
from meddx.evaluate.logits_and_distances import LogitsAndDistances  # noqa: E402
from meddx.evaluate.model_references import read_model_references  # noqa: E402
from meddx.evaluate.predict_set import predict_set  # noqa: E402
from meddx.model.loading import load_model  # noqa: E402
from meddx.model.registry import find_model  # noqa: E402

PREPARED = 32
"""Batches made beforehand, which inference alone is asked for again and again."""
Work = Callable[[], object]


def ways(paths: list[Path], model: str) -> dict[str, Work]:
    """What is timed."""
    installed = find_model(models_dir(), model)
    card = installed.card
    images = film_set(paths, tuple(label.name for label in card.labels))
    references, loaded = read_model_references(installed.folder, card), load_model(installed.folder)
    detector, answers = references.statistics, AnswerPass(loaded, references)
    answers.measure()
    ask = LogitsAndDistances(loaded, detector, answers.compiled())
    size, threads = batch_size(card), _decoders(images)
    batches = -(-len(images) // size)
    few = [_input(case, card) for case in images.cases[: size * min(PREPARED, batches)]]
    prepared = [np.stack(few[start : start + size]) for start in range(0, len(few), size)]

    def read() -> None:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(lambda case: _input(case, card), images.cases):
                pass

    def infer() -> None:
        for batch in islice(cycle(prepared), batches):
            ask(batch, [])

    def together() -> None:
        outputs = partial(model_outputs, ask, card)
        found = predict_set(outputs, group_labels(card, {}), images, detector=detector)
        assess(found.predictions, [label.threshold for label in card.labels], card.task == "exclusive")

    def pydicom() -> None:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(lambda path: dcmread(path).pixel_array.shape, paths):
                pass

    ask(prepared[0], [])  # compiled before it is timed
    return {"reading alone": read, "inference alone": infer, "files to metrics": together, "pydicom alone": pydicom}


def main() -> None:
    """Measure and write the table."""
    parser = options(__doc__ or "")
    parser.add_argument("--films", type=int)
    parser.add_argument("--model", default="chest-efficientnet")
    parser.add_argument("--turns", type=int)
    arguments = parser.parse_args()
    films = arguments.films or (32 if arguments.tiny else 5000)
    turns = arguments.turns or (1 if arguments.tiny else 3)
    with tempfile.TemporaryDirectory() as folder:
        timed = ways(written_films(Path(folder) / "phantoms", films), arguments.model)
        times = [{name: seconds(work) for name, work in timed.items()} for _ in range(turns)]
    best = {name: min(one[name] for one in times) for name in timed}
    wall = {name: one[0] for name, one in best.items()}
    slower = max(wall["reading alone"], wall["inference alone"])
    both = best["reading alone"][1] + best["inference alone"][1]
    ratio = slower / wall["files to metrics"]
    rows = [(name, f"{took:.1f} s", f"{films / took:.0f}/s", f"{cpu:.1f} s") for name, (took, cpu) in best.items()] + [
        ("speed over the slower of reading and inference alone", f"{ratio:.2f}", "", ""),
        ("speed over pydicom alone or inference alone", _over_pydicom(wall), "", ""),
        ("work", f"{both / (os.cpu_count() or 1) / wall['files to metrics']:.2f}", "", ""),
    ]
    write(
        results_folder(arguments) / "evaluating_films.md",
        f"Evaluating {films:,} DICOM films, {arguments.model}",
        __doc__ or "",
        ("what", "time", "films", "processor time"),
        rows,
        measured=[Measured("evaluation", arguments.model, ratio)],
        tiny=arguments.tiny,
    )


def _over_pydicom(wall: dict[str, float]) -> str:
    return f"{max(wall['pydicom alone'], wall['inference alone']) / wall['files to metrics']:.2f}"


def seconds(work: Work) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - cpu


if __name__ == "__main__":
    main()
