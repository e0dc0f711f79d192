"""Build the out-of-distribution reference of a model: what the images that it suits look like to it."""

from collections.abc import Iterator

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.image_layout import image_layout
from meddx.evaluate.input_chunks import IMAGES_PER_CHUNK
from meddx.evaluate.ood_detector import ALL_PARTS, PERCENTILE, OodDetector, fit_ood_detector, join_parts
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.patient_split import patient_folds
from meddx.evaluate.storage_variants import storage_variant
from meddx.imaging.preprocessing import model_input
from meddx.install.progress_report import StageReport
from meddx.model.card import Card
from meddx.model.connected_network import connected_network
from meddx.model.loading import LoadedModel

COPIES = 2
"""Copies of each image in another size, framing and encoding (storage_variant), beside the image itself."""
MOST_KNOWN, MOST_HELD_OUT = 800, 300
"""Images that the reference is learned from, and that its threshold is set on, at most; chosen evenly from more."""
FEWEST_REFERENCE_IMAGES = 10
"""Images below which there is no reference. Up to a few times as many, the threshold rests on one or two of them."""
FOLDS = 5
_STEP = IMAGES_PER_CHUNK // (1 + COPIES)


def build_ood_reference(
    loaded: LoadedModel, images: LabelledSet, held_out: LabelledSet | None = None, *, report: StageReport
) -> OodDetector:
    """Return a detector of images unlike those of a labelled set and unlike copies of them.

    images: of the kind that the model suits, labels as in its card; whether it was trained on them does not matter.
    held_out: other patients' images, on which the threshold is set; a network must not have been trained on these.
    Without them every image is held out once: FOLDS detectors set the threshold, by patient, and one of all images
    is returned. Write it with write_ood_detector into the model's folder, as FEATURES_FILE.
    Raises Refused "too-few-images" below FEWEST_REFERENCE_IMAGES on either side, "too-few-patients" where folds cannot
    be cut, and where an image cannot be read.
    """
    layer, exclusive = halfway_layer(loaded.network, loaded.card), loaded.card.task == "exclusive"
    images = evenly_chosen(images, MOST_KNOWN)
    for part in (images, held_out):
        if part is not None and len(part) < FEWEST_REFERENCE_IMAGES:
            raise Refused(
                "too-few-images",
                f"{len(part)} images are too few to tell which images are unlike them; bring at least "
                f"{FEWEST_REFERENCE_IMAGES}.",
            )
    known = _features(loaded, images, layer, seed=0, report=report)
    if held_out is not None:
        others = _features(loaded, evenly_chosen(held_out, MOST_HELD_OUT), layer, seed=1, report=report)
        return _fit(known, images.targets(), others, exclusive, layer)
    distances = []
    for rows, left_out in patient_folds(images, FOLDS, seed=0):
        fold = _fit(known[rows], images.targets()[rows], known[left_out], exclusive, layer)
        distances.append(fold.distance(_flat(known[left_out])))
    detector = _fit(known, images.targets(), known, exclusive, layer)
    threshold = float(np.percentile(np.concatenate(distances), PERCENTILE))
    return OodDetector(layer, detector.means, detector.whitening, threshold, ALL_PARTS)


def halfway_layer(network: keras.Model, card: Card) -> str:
    """Return the layer whose features detect unfamiliar images: the residual join in the middle of the network.

    The explained layer where there are no joins. The last layers of a deep network keep what tells its classes apart
    and little else: of chest films brightened to the strongest degree they missed three in four.
    """
    joins = [layer.name for layer in network.layers if isinstance(layer, keras.layers.Add)]
    return joins[len(joins) // 2] if joins else card.explained.layer


class OodFeatures:
    """Compute the features of a detector for network inputs, by the part of the network up to its layer."""

    def __init__(self, loaded: LoadedModel, layer: str, parts: tuple[str, ...] = ALL_PARTS) -> None:
        output = loaded.network.get_layer(layer).output
        moments = keras.ops.stack([keras.ops.mean(output, axis=(1, 2)), keras.ops.std(output, axis=(1, 2))], axis=1)
        self._network = connected_network(loaded.network.inputs[0], moments, loaded.network)
        self._spec, self._parts = loaded.card.input, parts

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (n, k), the parts side by side. inputs: float32 (n, height, width, channels), the card's."""
        moments: NDArray[np.float32] = self._network.predict_on_batch(inputs)
        return join_parts(moments, image_layout(inputs, self._spec), self._parts)


def evenly_chosen(images: LabelledSet, most: int) -> LabelledSet:
    """Return at most so many images, evenly spaced in the order of the set."""
    if len(images) <= most:
        return images
    return images.subset(np.linspace(0, len(images) - 1, most).round().astype(np.intp))


def _features(
    loaded: LoadedModel, images: LabelledSet, layer: str, *, seed: int, report: StageReport
) -> NDArray[np.float64]:
    """Return (n, 1 + COPIES, k): of each image and of its copies."""
    compute, spec = OodFeatures(loaded, layer), loaded.card.input

    def inputs(case: LabelledCase, row: int) -> Iterator[NDArray[np.float32]]:
        image = case.image()
        yield model_input(image, spec)[0]
        generator = np.random.default_rng([seed, row])
        for _ in range(COPIES):
            yield model_input(storage_variant(image, spec, generator), spec)[0]

    parts = []
    with report.stage("images and copies of them", len(images)) as done:
        for start in range(0, len(images), _STEP):
            chunk = enumerate(images.cases[start : start + _STEP], start)
            parts.append(compute(np.stack([one for row, case in chunk for one in inputs(case, row)])))
            done(min(len(images), start + _STEP))
    return np.concatenate(parts).reshape(len(images), 1 + COPIES, -1)


def _fit(
    known: NDArray[np.float64], targets: NDArray[np.bool_], held_out: NDArray[np.float64], exclusive: bool, layer: str
) -> OodDetector:
    of_rows = np.repeat(targets, known.shape[1], axis=0)
    return fit_ood_detector(_flat(known), of_rows, _flat(held_out), exclusive=exclusive, layer=layer, parts=ALL_PARTS)


def _flat(features: NDArray[np.float64]) -> NDArray[np.float64]:
    return features.reshape(-1, features.shape[-1])
