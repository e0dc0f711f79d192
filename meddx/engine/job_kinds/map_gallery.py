"""Draw one image's heat maps by several methods, small, each with its quick check."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import JobContext
from meddx.engine.job_kinds import quick_map_check
from meddx.errors import Refused
from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID, AnnotatedCells, cells_in_box, cells_in_mask
from meddx.evaluate.sets.labelled_set import LesionBox
from meddx.explain.map_check.check_words import NOTHING_MARKED, NOTHING_MARKED_RULE, check_reason, check_word
from meddx.explain.methods import METHODS
from meddx.imaging.outline import outlined
from meddx.imaging.overlay import overlay, picture
from meddx.imaging.thumbnail import pixels_jpeg
from meddx.model.card import Card
from meddx.types import Explanation, Image, MapGallery, MethodPicture, Prediction, Progress

_SIDE = 240
"""Longest side of a picture in pixels."""


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> MapGallery:
    """Return the image and the map of one label by each method.

    arguments: data (bytes of the file), frame, model (id), methods (names), label (name, "" for the most probable
    disease); boxes, masks: where the finding is marked: (left, top, right, bottom) in fractions of the image, and the
    bytes of image files of its size that are not black there. Raises Refused where the image or a mask cannot be read,
    where the image is not accepted, and for an unknown label or method.
    """
    data, frame, model = arguments["data"], arguments["frame"], arguments["model"]
    unknown = [name for name in arguments["methods"] if name not in METHODS]
    if unknown:
        raise Refused("no-method", f"There is no method {unknown[0]!r}; there are {', '.join(METHODS)}.")
    prediction = context.predict(data, model, frame)
    label = arguments["label"] or _most_probable(prediction, context.loaded(model).card)
    image = _small(context.read(data, frame))
    marks = _marks(arguments["boxes"], arguments["masks"])
    pictures = []
    for number, method in enumerate(arguments["methods"]):
        report = partial(_report, progress, number, len(arguments["methods"]), METHODS[method].title)
        report()
        explanation = context.explain(data, model, method, frame, report)
        if label not in explanation.maps:
            raise Refused("no-label", "The model has no such label; choose one of those shown.")
        asked = {
            "data": data, "frame": frame, "model": model, "label": label, "method": method, "maps": explanation.maps,
        }  # fmt: skip
        word, reason = _checked(context, asked, report)
        pictures.append(MethodPicture(method, _picture(image, explanation, label, marks), word, reason))
    progress(len(pictures), len(pictures), "")
    return MapGallery(label, prediction.probabilities[label], _jpeg(picture(image), image, marks), tuple(pictures))


def _report(progress: Progress, number: int, methods: int, title: str, *_: object) -> None:
    progress(number, methods, title)


def _most_probable(prediction: Prediction, card: Card) -> str:
    diseases = [label.name for label in card.labels if not label.absence] or [label.name for label in card.labels]
    return max(diseases, key=prediction.probabilities.__getitem__)


def _checked(context: JobContext, asked: Mapping[str, Any], progress: Progress) -> tuple[str, str]:
    """Return how the quick check of a map ended, in a word, and why."""
    try:
        check = quick_map_check.run(context, asked, progress)
    except Refused as refused:
        if refused.rule != NOTHING_MARKED_RULE:
            raise
        return NOTHING_MARKED, ""
    return check_word(check), check_reason(check)


def _small(image: Image) -> Image:
    step = max(max(image.values.shape[:2]) // (2 * _SIDE), 1)
    return replace(image, values=image.values[::step, ::step])


def _marks(boxes: Iterable[tuple[float, float, float, float]], masks: Iterable[bytes]) -> AnnotatedCells:
    marks = np.zeros((ANNOTATION_GRID, ANNOTATION_GRID), np.bool_)
    for left, top, right, bottom in boxes:
        marks |= cells_in_box(LesionBox(left, top, right, bottom))
    for mask in masks:
        marks |= cells_in_mask(mask)
    return marks


def _picture(image: Image, explanation: Explanation, label: str, marks: AnnotatedCells) -> bytes:
    """Return the image under the map as JPEG, in the method's scale, or stretched to its maximum where it has none."""
    heatmap = explanation.maps[label]
    scale = explanation.scale or float(np.abs(heatmap).max()) or 1.0
    return _jpeg(overlay(image, heatmap, scale, explanation.placement), image, marks)


def _jpeg(pixels: NDArray[np.uint8], image: Image, marks: AnnotatedCells) -> bytes:
    return pixels_jpeg(outlined(pixels, marks), image.pixel_aspect, _SIDE)
