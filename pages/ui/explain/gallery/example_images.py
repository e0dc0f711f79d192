"""Choose the images on which a model's heat maps are shown: test images drawn by chance, or phantoms."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest

import numpy as np

from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.labelled_set import LabelledCase
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from meddx.types import Refusal, StoredFrame
from pages.ui.common import recorded_images
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.diagnose.sample_phantoms import SAMPLE_COLUMNS, SAMPLE_PHANTOMS, SAMPLE_ROWS, SamplePhantom
from pages.ui.evaluate.recorded_predictions_source import recorded_predictions

MOST_EXAMPLES = 4


@dataclass(frozen=True)
class ExampleImage:
    """Hold an image and what is marked in it.

    label: the finding whose map is drawn, "" where the model's most probable one is. address: in the library, "" for a
    phantom. boxes: (left, top, right, bottom) in fractions of the image; masks: image files, not black in the finding.
    """

    name: str
    stored: StoredFrame
    label: str = ""
    address: str = ""
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    masks: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Examples:
    """Hold the images, and the sentence that says where they are from, or why there are none."""

    images: tuple[ExampleImage, ...]
    origin: str


def example_images(model: InstalledModel) -> Examples:
    """Return at most MOST_EXAMPLES images for a model, the same every time."""
    card = model.card
    predictions = recorded_predictions(model, "test")
    reason = _("No predictions of test images are recorded with this model.")
    if predictions is not None:
        rows = list(_called_rightly(predictions, card))
        found = _first_patients(predictions, card, rows)
        if isinstance(found, tuple) and found:
            origin = _(
                "Test images drawn by chance, one a patient, from the {count} findings that the model calls rightly; "
                "they were not chosen by their maps."
            )
            return Examples(found, origin.format(count=number(len(rows))))
        nothing_called = _("None of its test images has a finding that it calls.")
        reason = translated(found.reason) if isinstance(found, Refusal) else nothing_called
    if _takes_chest_radiographs(card):
        synthetic = _("Synthetic chest images instead: they show how maps behave, and say nothing about patients.")
        return Examples(_phantoms(card), paragraph([reason, synthetic]))
    return Examples((), _("No images to show: {reason}").format(reason=reason))


def _called_rightly(predictions: Predictions, card: Card) -> Iterator[tuple[int, str]]:
    """Yield row and label of every true finding that the model calls: labels in turn, within each by a digest."""
    thresholds = card.thresholds(predictions.labels)
    absent = {label.name for label in card.labels if label.absence}
    by_label = []
    for column, label in enumerate(predictions.labels):
        threshold = thresholds[column]
        if label in absent or threshold is None or not np.isfinite(threshold):
            continue
        called = predictions.targets[:, column] & (predictions.probabilities[:, column] >= threshold)
        rows = sorted((int(row) for row in np.flatnonzero(called)), key=lambda row: _by_chance(predictions.cases[row]))
        by_label.append([(row, label) for row in rows])
    return (one for one in chain.from_iterable(zip_longest(*by_label)) if one is not None)


def _by_chance(case: str) -> bytes:
    return hashlib.sha256(case.encode()).digest()


def _first_patients(
    predictions: Predictions, card: Card, rows: list[tuple[int, str]]
) -> tuple[ExampleImage, ...] | Refusal:
    """Return the first images of different patients, up to one that this machine lacks.

    Its Refusal where that is the first. A mask that cannot be read counts as missing too.
    """
    found: list[ExampleImage] = []
    patients: set[str] = set()
    for row, label in rows:
        if predictions.groups[row] in patients:
            continue
        patients.add(predictions.groups[row])
        case = recorded_images.recorded_case(card.id, predictions.cases[row])
        example = case if isinstance(case, Refusal) else _example(case, card, label)
        if isinstance(example, Refusal):
            return tuple(found) or example
        found.append(example)
        if len(found) == MOST_EXAMPLES:
            break
    return tuple(found)


def _example(case: LabelledCase, card: Card, label: str) -> ExampleImage | Refusal:
    stored = recorded_images.recorded_image(card.id, case.id)
    if isinstance(stored, Refusal):
        return stored
    boxes = tuple((one.left, one.top, one.right, one.bottom) for one in case.boxes if one.label in (label, None))
    try:
        masks = tuple(one.path.read_bytes() for one in case.masks if one.label in (label, None))
    except OSError as error:
        return Refusal(
            "unreadable-file",
            f"A mask of the set cannot be read ({error.strerror}): give access to it, or copy it again.",
        )
    address = recorded_images.library_address(card.id, "test", case.id)
    return ExampleImage(case.id, stored, label, address, boxes, masks)


def _takes_chest_radiographs(card: Card) -> bool:
    accepts = card.accepts
    return (not accepts.modality or "DX" in accepts.modality) and "CHEST" in accepts.body_part


def _phantoms(card: Card) -> tuple[ExampleImage, ...]:
    known = {label.name.casefold(): label.name for label in card.labels}
    samples = [sample for sample in SAMPLE_PHANTOMS if sample.lesions]
    return tuple(_phantom(sample, known.get(sample.lesions[0], "")) for sample in samples)


@lru_cache(maxsize=8)
def _phantom(sample: SamplePhantom, label: str) -> ExampleImage:
    """Return a phantom in which its first lesion is marked."""
    from meddx.imaging.phantom import chest_phantom, mask_png, phantom_dicom  # late: loads SciPy and pydicom

    lesion = sample.lesions[0]
    phantom = chest_phantom(sample.seed, sample.lesions, SAMPLE_ROWS, SAMPLE_COLUMNS)
    image = StoredFrame(phantom_dicom(phantom))
    return ExampleImage(f"Phantom with {lesion}", image, label, masks=(mask_png(phantom.masks[lesion]),))
