"""From the bytes of an image to its diagnosis, through the local engine, and where the time goes.

    python -m benchmarks.image [--model ID]

A generated 2048 x 2500 image, 12 bits stored in 16, uncompressed DICOM, new for every repetition, so that nothing is
remembered. `diagnose` is what a page waits for: the image ready to draw, the prediction and every label's heat map.
The parts are timed alone in this process; in the engine, drawing and prediction run side by side.
"""

import argparse
import hashlib
import statistics
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from benchmarks.report import write
from meddx.config import models_dir
from meddx.engine import local, serialization
from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.registry import find_model, list_models
from meddx.types import Prediction

ROWS, COLUMNS, REPETITIONS = 2500, 2048, 15

_Result = TypeVar("_Result")


def image(seed: int, modality: str, body_part: str, shape: tuple[int, int] = (ROWS, COLUMNS)) -> bytes:
    """Smooth shades with the noise of a detector: compresses about as a real image does."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    noise = np.random.default_rng(seed).normal(0, 12, shape)
    pixels = (1800 + 1200 * np.sin(x / 310 + seed) * np.cos(y / 420) + noise).clip(0, 4095).astype("<u2")
    elements = Dataset()
    elements.file_meta = FileMetaDataset()
    elements.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    elements.SOPClassUID, elements.SOPInstanceUID = DigitalXRayImageStorageForPresentation, generate_uid()
    elements.Modality, elements.BodyPartExamined, elements.SyntheticData = modality, body_part, "YES"
    elements.Rows, elements.Columns = pixels.shape
    elements.SamplesPerPixel, elements.PhotometricInterpretation = 1, "MONOCHROME2"
    elements.BitsAllocated, elements.BitsStored, elements.HighBit, elements.PixelRepresentation = 16, 12, 11, 0
    elements.WindowCenter, elements.WindowWidth = 2048, 4096
    elements.PixelData = pixels.tobytes()
    file = BytesIO()
    elements.save_as(file, enforce_file_format=True)
    return file.getvalue()


class Stopwatch:
    """Times of named steps, in milliseconds."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def __call__(self, step: str, run: Callable[[], _Result]) -> _Result:
        start = time.perf_counter()
        result = run()
        self.times.setdefault(step, []).append(1e3 * (time.perf_counter() - start))
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="default: the largest installed")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "image.md")
    arguments = parser.parse_args()
    largest = max(list_models(models_dir()).models, key=lambda model: model.card.weights.parameters)
    card = find_model(models_dir(), arguments.model or largest.card.id).card
    kind = ((*card.accepts.modality, "DX")[0], (*card.accepts.body_part, "CHEST")[0])
    engine = local.engine()
    engine.diagnose(image(REPETITIONS, *kind), card.id)
    while engine.status().state != "ready":
        time.sleep(0.2)

    timed = Stopwatch()
    for seed in range(REPETITIONS):
        data = image(seed, *kind)
        diagnosis = timed("diagnose, through the engine", lambda data=data: engine.diagnose(data, card.id))
        assert isinstance(diagnosis.answer, Prediction), diagnosis.answer
        timed("predict again, same image", lambda data=data: engine.predict(data, card.id))
        question = timed("pack the question", lambda data=data: serialization.serialize({"data": data}))
        timed("unpack it", lambda question=question: serialization.deserialize(question))
        timed("SHA-256", lambda data=data: hashlib.sha256(data).digest())
        read = timed("decode", lambda data=data: read_image(data))
        timed("prepare the model's input", lambda read=read: model_input(read, card.input))
        timed("compress for drawing", lambda read=read: to_drawable(read))
        answer = timed("pack the answer", lambda diagnosis=diagnosis: serialization.serialize(diagnosis))
        timed("unpack the answer", lambda answer=answer: serialization.deserialize(answer))
    local.stop()
    rows = [
        [step, f"{statistics.median(times):.0f}", f"{min(times):.0f}", f"{max(times):.0f}"]
        for step, times in timed.times.items()
    ]
    write(arguments.out, f"From bytes to diagnosis ({card.id})", __doc__, ["step", "p50 ms", "min ms", "max ms"], rows)


if __name__ == "__main__":
    main()
