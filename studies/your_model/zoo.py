"""Import a classifier of every family of keras.applications in every layout, head and format, and compare.

`python -m studies.your_model.zoo runs/zoo.jsonl` imports what the file does not hold yet, a line each (hours on a busy
machine); `python -m studies.your_model.zoo runs/zoo.jsonl --page > docs/your-model-zoo.md` writes the page.
"""

import argparse
import gc
import json
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.explain.methods.grad_cam import GradCam
from meddx.model.importing.found_model import ImportChoices
from meddx.model.importing.prepare import PreparedNetwork, prepare_network
from studies.your_model.families import FAMILIES, HEADS, LAYOUTS, Family, Zoo, pictures
from studies.your_model.page import page

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports a namespace that SciPy has deprecated
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

FORMATS = ("keras", "h5")


@dataclass(frozen=True)
class Row:
    """What came of one file.

    refused: rule and reason, None where it was accepted. output: largest difference of a probability between the given
    network, the one that was prepared, saved and loaded, and that of meddx.model.importing.prepare's own check.
    grad_cam: largest difference to tf-keras-vis as a share of the map's highest value. strongest: that value.
    """

    family: str
    member: str
    layout: str
    head: str
    format: str
    refused: str | None = None
    output: float | None = None
    grad_cam: float | None = None
    strongest: float | None = None
    explained_layer: str | None = None
    parameters: int | None = None
    seconds: float = 0.0


def cases() -> Iterator[tuple[Family, str, str, str]]:
    """Yield family, layout, format and head, all of one family and layout together, since building them takes long."""
    yield from product(FAMILIES, LAYOUTS, FORMATS, HEADS)


def examine(family: Family, zoo: Zoo, layout: str, kind: str, head: str) -> Row:
    """Return what comes of importing one file."""
    start = time.perf_counter()
    network = zoo.network(head)
    named = (family.name, family.member, layout, head, kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"given.{kind}"
        network.save(path)
        units, activation = HEADS[head]
        name = network.layers[-1].name
        choices = ImportChoices(name, activation != "sigmoid" or units == 1, (family.side, family.side), "0-255")
        try:
            prepared = prepare_network(path, choices)
        except Refused as refusal:
            return Row(*named, refused=f"{refusal.rule}: {refusal.reason}", seconds=time.perf_counter() - start)
        prepared.network.save(Path(folder) / "weights.keras")
        loaded = keras.saving.load_model(Path(folder) / "weights.keras", compile=False, safe_mode=True)
    images = pictures(2, family.side, seed=2)
    given = _probabilities(np.asarray(network(images, training=False), np.float64), units, activation)
    output = max(prepared.largest_difference, float(np.abs(np.asarray(loaded(images)) - given).max()))
    ours, theirs = _grad_cams(loaded, prepared, images)
    strongest = float(theirs.max())
    grad_cam = float(np.abs(ours - theirs).max()) / (strongest or 1.0)
    return Row(
        *named, None, output, grad_cam, strongest, prepared.explained_layer, network.count_params(),
        time.perf_counter() - start,
    )  # fmt: skip


def _probabilities(output: NDArray[np.float64], units: int, activation: str | None) -> NDArray[np.float64]:
    if units == 1:
        return np.concatenate([1 - output, output], axis=1)
    if activation is None:
        powers = np.exp(output - output.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    return output


def _grad_cams(
    loaded: keras.Model, prepared: PreparedNetwork, images: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the maps (n, labels, rows, columns) of GradCam and of tf-keras-vis."""
    features, logits = loaded.get_layer(prepared.explained_layer).output, loaded.layers[-1].input
    _, ours = GradCam(keras.Model(loaded.inputs[0], [features, logits]))(images)
    reference = Gradcam(keras.Model(loaded.inputs, logits), model_modifier=None, clone=False)
    layer = {"penultimate_layer": prepared.explained_layer, "seek_penultimate_conv_layer": False}
    theirs = [
        reference(CategoricalScore([label] * len(images)), images, normalize_cam=False, expand_cam=False, **layer)
        for label in range(logits.shape[-1])
    ]
    return ours, np.stack(theirs, axis=1)


def read_rows(path: Path) -> list[Row]:
    """Return the rows that the file holds."""
    if not path.exists():
        return []
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Import what is missing, or print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--page", action="store_true")
    arguments = parser.parse_args()
    if arguments.page:
        print(page(read_rows(arguments.rows), len(list(cases()))), end="")
        return
    done = {(row.family, row.layout, row.format, row.head) for row in read_rows(arguments.rows)}
    arguments.rows.parent.mkdir(parents=True, exist_ok=True)
    built: tuple[tuple[str, str], Zoo] | None = None
    for family, layout, kind, head in cases():
        if (family.name, layout, kind, head) in done:
            continue
        if built is None or built[0] != (family.name, layout):
            keras.backend.clear_session()
            gc.collect()
            built = ((family.name, layout), Zoo(family, layout))
        row = examine(family, built[1], layout, kind, head)
        with arguments.rows.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")


if __name__ == "__main__":
    main()
