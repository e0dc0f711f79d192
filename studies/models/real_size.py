"""Print how models of children's chest films do on films of real size, beside the same films at 224 pixels.

    python -m studies.models.real_size

Needs chest_real_resolution under MEDDX_DATA: 45 films of 1,000 to 2,000 pixels, patients apart from those that the
models learned from. The copies are squashed to 224 x 224 pixels and saved as JPEG of quality 95, as the training images
had been.
"""

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import PIL.Image

from meddx.config import data_dir, models_dir
from meddx.errors import Refused
from meddx.evaluate.batched_inference import model_outputs
from meddx.evaluate.delong import area
from meddx.evaluate.label_grouping import group_labels
from meddx.evaluate.logits_and_distances import LogitsAndDistances
from meddx.evaluate.model_references import read_model_references
from meddx.evaluate.paired.paired_delong import area_difference, area_interval
from meddx.evaluate.predict_set import predict_set
from meddx.evaluate.sets.open_set import open_set
from meddx.evaluate.training_similarity import unlike_cases
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from meddx.model.loading import load_model
from meddx.model.registry import InstalledModel, list_models
from meddx.model.tensorflow_startup import start_tensorflow
from meddx.types import Image

SIDE = 224
NAMES = {"NORMAL": "normal", "BACTERIA": "bacterial", "VIRUS": "viral"}
PNEUMONIA = {"NORMAL": "normal", "BACTERIA": "pneumonia", "VIRUS": "pneumonia"}


def rows(films_folder: Path) -> Iterator[str]:
    """Yield one row a model of children's chest films."""
    yield "| model | AUROC, real size | AUROC, 224 pixels | difference | unlike the training images, of each | films |"
    yield "|---|---|---|---|---|---|"
    for model in list_models(models_dir()).models:
        for names in (NAMES, PNEUMONIA):
            if {label.name for label in model.card.labels} == set(names.values()):
                yield _row(model, names, films_folder)


def _row(model: InstalledModel, names: dict[str, str], films_folder: Path) -> str:
    grouping = group_labels(model.card, {name: (label,) for name, label in names.items()})
    loaded = load_model(model.folder)
    detector = read_model_references(model.folder, loaded.card).statistics
    outputs = partial(model_outputs, LogitsAndDistances(loaded, detector), loaded.card)
    films = open_set(films_folder, grouping.labels, grouping.names)
    copies = films.decoded_by(squashed)
    areas, unlike = [], []
    for images in (films, copies):
        found = predict_set(outputs, grouping, images, detector=detector).predictions
        assert len(found) == len(films)
        normal = found.labels.index("normal")
        areas.append(area(1 - found.probabilities[:, normal], ~found.targets[:, normal], found.patients))
        strange = unlike_cases(found)
        unlike.append(strange.count if strange else 0)
    shown = (area_interval(one, found.patients) for one in areas)
    difference = area_difference(areas[0], areas[1], found.patients)
    cells = [f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in shown]
    cells.append(f"{difference.first - difference.second:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]")
    return f"| `{model.card.id}` | {' | '.join(cells)} | {unlike[0]}, {unlike[1]} | {len(films)} |"


def squashed(data: bytes, frame: int) -> Image:
    """Return the film as the training images are: squashed to a square, as a JPEG."""
    picture = PIL.Image.fromarray(np.rint(255 * display(read_image(data, frame))).astype(np.uint8))
    file = io.BytesIO()
    picture.resize((SIDE, SIDE), PIL.Image.Resampling.LANCZOS).save(file, "JPEG", quality=95)
    return read_image(file.getvalue())


def main() -> None:
    """Print the table."""
    start_tensorflow()
    folder = data_dir()
    if folder is None:
        raise Refused("no-data", "The public data sets are not on this machine; set MEDDX_DATA to their folder.")
    for line in rows(folder / "chest_real_resolution"):
        print(line, flush=True)


if __name__ == "__main__":
    main()
