"""Two models on one image, as the Compare page asks them, beside each of them alone.

    python -m benchmarks.comparison

Alone: the image decoded, made ready to draw, predicted with every label's heat map, for the one model and, as another
image, for the other. Together: the same image for both, and how far their maps agree. Every repetition has a new image
(a
chest film another last pixel), so that nothing is remembered; the three take turns, so that what else runs on the
machine meets all alike; medians in milliseconds, and the ratio of the medians with its 95 % interval from resampled
repetitions. Wanted: at most 1.10 times the sum. Chest: 2048 x 2500, 12 bits, DICOM. Others: PNG of the size that their
data sets have.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image

from benchmarks import image as chest
from benchmarks.report import write
from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

from meddx.config import models_dir  # noqa: E402
from meddx.engine.service import Service  # noqa: E402
from meddx.evaluate.paired.map_agreement import map_agreement  # noqa: E402
from meddx.types import Prediction  # noqa: E402

REPETITIONS, RESAMPLES, NOTHING = 25, 2000, 0.01
PAIRS = (
    ("chest-efficientnet", "chest-plain-cnn", None),
    ("brain-tumor-efficientnet", "brain-tumor-plain-cnn", (512, 512)),
    ("bloodmnist-efficientnet", "bloodmnist-plain-cnn", (28, 28, 3)),
)


def png(seed: int, shape: tuple[int, ...]) -> bytes:
    """A picture of noise."""
    file = BytesIO()
    PIL.Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def together(service: Service, data: bytes, a: str, b: str) -> None:
    first, second = service.diagnose(data, a).answer, service.predict(data, b)
    assert isinstance(first, Prediction)
    label = next(iter(first.heatmaps))
    other = label if label in second.heatmaps else next(iter(second.heatmaps))
    map_agreement((first, label), (second, other), NOTHING)


def measure(service: Service, a: str, b: str, shape: tuple[int, ...] | None) -> list[list[float]]:
    """(repetitions, 3): a alone, b alone, both; milliseconds."""
    ways: list[Callable[[bytes], object]] = [
        lambda data: service.diagnose(data, a),
        lambda data: service.diagnose(data, b),
        lambda data: together(service, data, a, b),
    ]
    whole = chest.image(0, "DX", "CHEST") if shape is None else b""
    times = []
    for repetition in range(-2, REPETITIONS):  # the first two warm up
        taken = []
        for place, way in enumerate(ways):
            seed = 3 * (repetition + 2) + place
            data = whole[:-2] + seed.to_bytes(2, "little") if shape is None else png(seed, shape)
            start = time.perf_counter()
            way(data)
            taken.append(1e3 * (time.perf_counter() - start))
        if repetition >= 0:
            times.append(taken)
    return times


def ratio(times: np.ndarray) -> float:
    alone, other, both = np.median(times, axis=0)
    return float(both / (alone + other))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "comparison.md")
    arguments = parser.parse_args()
    service, rows = Service(models_dir()), []
    for a, b, shape in PAIRS:
        times = np.array(measure(service, a, b, shape))
        generator = np.random.default_rng(0)
        drawn = [ratio(times[generator.integers(0, len(times), len(times))]) for _ in range(RESAMPLES)]
        low, high = np.percentile(drawn, [2.5, 97.5])
        medians = [statistics.median(column) for column in times.T]
        rows.append(
            [f"{a}, {b}", *(f"{value:.1f}" for value in medians), f"{ratio(times):.2f}", f"{low:.2f} to {high:.2f}"]
        )
    service.close()
    header = ["models", "first alone", "second alone", "both", "both / sum", "95 % interval"]
    write(arguments.out, "Two models on one image", __doc__, header, rows)


if __name__ == "__main__":
    main()
