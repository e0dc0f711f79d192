"""Processor time and memory against image size, batch, labels, films and sessions, each with a line through them.

    python -m benchmarks.cost_model [SERIES ...] [--films N] [--model ID]

image: reading a DICOM phantom of 256 x 208 to 4096 x 3328 pixels, from file to network input. batch: one pass with the
Grad-CAM of every label, of one input to as many as go through the network at once, by the runtime that is the fastest
here. labels: the same pass of EfficientNet-Lite0 with 1 to 64 labels and random weights, one input, by TensorFlow.
films: evaluating 100 to 100,000 phantoms of 512 x 416, from files to metrics. sessions: 1 to 32 open pages with a film
of 2048 x 1664 each; memory of the server and all its processes, and what a film and a click take of the web process
and of the engine. Times are those of the processor, which other work on the machine disturbs least, in core-seconds.
Memory of the first four is the highest resident size above that before them, what is kept for the next run included.
Each point is measured several times, but films and sessions; a line by least squares of the relative errors, with 95 %
intervals. All is in the JSON; `python -m studies.cost_model` makes a page of it.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.cost_fit import fitted
from benchmarks.films import NewFilms, film_set, only_model, written_films
from benchmarks.memory import descendants, memory_of, processor_seconds
from benchmarks.report import options, results_folder, write
from benchmarks.visitor import Visitor, visiting
from meddx.config import models_dir
from meddx.free_memory import release_free_memory
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.registry import InstalledModel, find_model
from tests.browser.server import serving

SIZES = ((256, 208), (512, 416), (1024, 832), (2048, 1664), (4096, 3328))
LABELS, BATCHES = (1, 2, 4, 8, 16, 32, 64), (1, 2, 4, 8, 16, 32)
SESSIONS = (1, 2, 4, 8, 16, 32)
FILMS = tuple(round(100 * 10 ** (half / 2)) for half in range(7))
FILM_SIZE, SESSION_SIZE = (512, 416), (2048, 1664)
REPETITIONS, CLICKS = 5, 5

Cost = dict[str, float]
"""What was measured -> how much."""


class Point(NamedTuple):
    """One measurement."""

    x: float
    costs: Cost


class Scale(NamedTuple):
    """How much is measured. films: most of them."""

    repetitions: int
    sizes: tuple[tuple[int, int], ...]
    labels: tuple[int, ...]
    sessions: tuple[int, ...]
    films: int


FULL = Scale(REPETITIONS, SIZES, LABELS, SESSIONS, FILMS[-1])
TINY = Scale(2, SIZES[:3], (1, 4, 16), (1, 2), 316)


class Meter:
    """What runs take of this process: core-seconds, and MiB above what it had before the first of them."""

    def __init__(self) -> None:
        release_free_memory()
        self._before = _status("VmRSS")

    def __call__(self, run: Callable[[], object], times: int = 1) -> Cost:
        """Return the mean core-seconds of so many runs, and the most memory meanwhile, kept for the next included."""
        Path("/proc/self/clear_refs").write_text("5")  # the highest resident size begins anew, proc(5)
        start = time.process_time()
        for _ in range(times):
            run()
        seconds = (time.process_time() - start) / times
        return {"core-seconds": seconds, "MiB": max(_status("VmHWM") - self._before, 0.1)}


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def image_points(installed: InstalledModel, scale: Scale) -> Iterator[Point]:
    """Against megapixels of a film."""
    meter = Meter()
    for rows, columns in scale.sizes:
        data = phantom_dicom(chest_phantom(1, None, rows, columns))
        read = partial(_read, data, installed)
        read()
        megapixels = rows * columns / 1e6
        for _ in range(scale.repetitions):
            yield Point(megapixels, meter(read, max(1, round(4 / megapixels))))


def _read(data: bytes, installed: InstalledModel) -> object:
    return model_input(read_image(data), installed.card.input)


def batch_points(installed: InstalledModel, scale: Scale) -> Iterator[Point]:
    """Against inputs that go through the network together."""
    import numpy as np

    from meddx.engine.answer_pass import AnswerPass
    from meddx.evaluate.batched_inference import batch_size
    from meddx.evaluate.model_references import read_model_references
    from meddx.model.loading import load_model

    card = installed.card
    answers = AnswerPass(load_model(installed.folder), read_model_references(installed.folder, card))
    answers.measure()
    ask, generator, meter = answers.compiled(), np.random.default_rng(0), Meter()
    for number in (one for one in BATCHES if one <= batch_size(card)):
        shape = (number, card.input.height, card.input.width, card.input.channels)
        inputs = generator.uniform(card.input.low, card.input.high, shape).astype(np.float32)
        ask.with_features(inputs)
        for _ in range(scale.repetitions):
            yield Point(number, meter(lambda inputs=inputs: ask.with_features(inputs), 2 if scale is TINY else 20))


def label_points(installed: InstalledModel, scale: Scale) -> Iterator[Point]:
    """Against labels, each with its map."""
    import keras
    import numpy as np

    from meddx.explain.methods.grad_cam import GradCam
    from meddx.model.architectures import ARCHITECTURES, EXPLAINED_LAYER

    shape = (224, 224, 3)
    image = np.random.default_rng(0).random((1, *shape), np.float32)
    for labels in scale.labels:
        whole = ARCHITECTURES["efficientnet_lite0"](shape, labels, "linear")
        network = keras.Model(whole.inputs[0], [whole.get_layer(EXPLAINED_LAYER).output, whole.outputs[0]])
        ask, meter = GradCam(network), Meter()
        ask(image)
        for _ in range(scale.repetitions):
            yield Point(labels, meter(lambda ask=ask: ask(image), 2 if scale is TINY else 20))


def film_points(installed: InstalledModel, scale: Scale) -> Iterator[Point]:
    """Against films that are evaluated."""
    from meddx.engine.answer_pass import AnswerPass
    from meddx.evaluate.assessment import assess
    from meddx.evaluate.batched_inference import model_outputs
    from meddx.evaluate.label_grouping import group_labels
    from meddx.evaluate.logits_and_distances import LogitsAndDistances
    from meddx.evaluate.model_references import read_model_references
    from meddx.evaluate.predict_set import predict_set
    from meddx.model.loading import load_model

    card = installed.card
    references, loaded = read_model_references(installed.folder, card), load_model(installed.folder)
    answers = AnswerPass(loaded, references)
    answers.measure()
    ask = LogitsAndDistances(loaded, references.statistics, answers.compiled())

    def evaluate(paths: list[Path]) -> None:
        images = film_set(paths, tuple(label.name for label in card.labels))
        outputs = partial(model_outputs, ask, card)
        found = predict_set(outputs, group_labels(card, {}), images, detector=references.statistics)
        assess(found.predictions, [label.threshold for label in card.labels], card.task == "exclusive")

    with tempfile.TemporaryDirectory() as folder:
        numbers = [number for number in FILMS if number <= scale.films]
        paths = written_films(Path(folder) / "phantoms", numbers[-1], "{}x{}".format(*FILM_SIZE))
        meter = Meter()
        evaluate(paths[: numbers[0]])
        for number in numbers:
            yield Point(number, meter(lambda number=number: evaluate(paths[:number])))


def session_points(installed: InstalledModel, scale: Scale) -> Iterator[Point]:
    """Against open pages, each with a film: memory, and what film and click take of both halves of the server."""
    shape = SIZES[0] if scale is TINY else SESSION_SIZE
    films = NewFilms([phantom_dicom(chest_phantom(seed, None, *shape)) for seed in range(4)])
    with only_model(installed.card.id) as models, serving(models) as server, ExitStack() as pages:
        web = server.process.pid
        visitors: list[Visitor] = []
        with visiting(server.url) as first:  # loads and compiles
            first.have_answered(next(films))
        for sessions in scale.sessions:
            new = [pages.enter_context(visiting(server.url)) for _ in range(sessions - len(visitors))]
            visitors += new
            filmed = _used(web, [lambda one=one: one.have_answered(next(films)) for one in new])
            clicked = _used(web, [one.rerun for one in visitors] * CLICKS)
            size = {name: memory_of(of) for name, of in _parts(web).items()}
            yield Point(
                sessions,
                {f"MiB, {name}": mebibytes for name, mebibytes in size.items()}
                | {f"core-seconds of a film, {name}": used for name, used in filmed.items()}
                | {f"core-seconds of a click, {name}": used for name, used in clicked.items()},
            )


def _parts(web: int) -> dict[str, list[int]]:
    return {"web": [web], "engine": descendants(web)}


def _used(web: int, runs: Sequence[Callable[[], object]]) -> Cost:
    """Mean core-seconds that a run takes of the web process, and of all below it; 1 ms at least of all together."""
    before = _core_seconds(web)
    for run in runs:
        run()
    after = _core_seconds(web)
    return {name: max(after[name] - before[name], 0.001) / len(runs) for name in after}


def _core_seconds(web: int) -> Cost:
    return {name: sum(map(processor_seconds, of)) for name, of in _parts(web).items()}


SERIES: dict[str, tuple[str, Callable[[InstalledModel, Scale], Iterator[Point]]]] = {
    "image": ("megapixels", image_points),
    "batch": ("inputs", batch_points),
    "labels": ("labels", label_points),
    "films": ("films", film_points),
    "sessions": ("sessions", session_points),
}
"""Name -> what x counts, and what measures."""


def measured(name: str, installed: InstalledModel, scale: Scale) -> dict[str, Any]:
    """Return a series as plain data: its points and the lines through them."""
    counts, points_of = SERIES[name]
    points = []
    for point in points_of(installed, scale):
        points.append(point)
        print(
            name,
            f"{point.x:g} {counts}",
            *(f"{key} {value:.4g}" for key, value in point.costs.items()),
            sep=", ",
            flush=True,
        )
    x = [point.x for point in points]
    costs = {key: [point.costs[key] for point in points] for key in points[0].costs}
    fits = {key: fitted(x, y).as_json() for key, y in costs.items() if len(x) > 2}
    return {"counts": counts, "x": x, "costs": costs, "fits": fits}


def main() -> None:
    """Measure, fit and write."""
    parser = options(__doc__ or "")
    parser.add_argument("series", nargs="*", help=f"of {', '.join(SERIES)} (default: all)")
    parser.add_argument("--films", type=int, help=f"most of them (default: {FILMS[-1]:,})")
    parser.add_argument("--model", default="chest-efficientnet")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.series if name not in SERIES]
    if unknown:
        parser.error(f"there is no series {unknown[0]}: give some of {', '.join(SERIES)}")
    scale = TINY if arguments.tiny else FULL
    scale = scale._replace(films=arguments.films) if arguments.films else scale
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    installed = find_model(models_dir(), arguments.model)
    found = {name: measured(name, installed, scale) for name in arguments.series or SERIES}
    rows = [
        (f"{name}: {cost_name}", *_coefficients(fit, series["counts"]))
        for name, series in found.items()
        for cost_name, fit in series["fits"].items()
    ]
    card = installed.card
    about = {"model": card.id, "labels": len(card.labels), "cores": os.cpu_count(), "series": found}
    about |= {"film_size": FILM_SIZE, "session_size": SESSION_SIZE}
    write(
        results_folder(arguments) / "cost_model.md",
        f"Cost of films and sessions, {card.id}",
        __doc__ or "",
        ("cost", "fixed (95 % interval)", "for each more (95 % interval)"),
        rows,
        tiny=arguments.tiny,
        data=about,
    )


def _coefficients(fit: dict[str, Any], counts: str) -> tuple[str, str]:
    fixed, slope = (fit[f"{name}_interval"] for name in ("fixed", "slope"))
    return _between(fixed), f"{_between(slope)} for each of {counts}"


def _between(one: dict[str, float]) -> str:
    return f"{one['value']:.3g} ({one['low']:.3g} to {one['high']:.3g})"


if __name__ == "__main__":
    main()
