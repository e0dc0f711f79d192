"""Draw the maps of each row of the table: by meddx's methods on a network, and by tf-keras-vis on the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods import METHODS, QUICK, SLOW
from meddx.explain.methods.explainer import Explainer
from meddx.explain.methods.grad_cam_family import build_family
from meddx.model.card import Card


@dataclass(frozen=True)
class DrawnMaps:
    """The maps that one row of the table has drawn.

    maps: (questions, rows, columns). strongest: (images,) the highest value in any label's map, None if unknown.
    """

    maps: NDArray[np.float32]
    strongest: NDArray[np.float32] | None = None


ImageLabel = tuple[int, int]
"""(position of the image in the batch, label) of a map to evaluate."""
DrawMaps = Callable[[NDArray[np.float32], Sequence[ImageLabel]], Mapping[str, DrawnMaps]]
"""Images (n, height, width, channels) and the maps to draw of them -> the maps of each row of the source."""


@dataclass(frozen=True)
class MapSource:
    """A source of the maps of one or more rows of the table.

    rows: names of the rows that it draws together. passes: approximate number of forward passes for an image.
    """

    rows: tuple[str, ...]
    passes: int
    draw: DrawMaps

    def images(self, of: int, some: int) -> int:
        """Return the number of images on which the maps are measured, of `of` in the set.

        Up to QUICK passes it is all of them, above that `some`, and from SLOW passes on a third of `some`.
        """
        if self.passes <= QUICK:
            return of
        return min(of, some if self.passes < SLOW else max(1, some // 3))


def method_sources(network: keras.Model, methods: Sequence[str]) -> list[MapSource]:
    """Return the sources of the maps of these methods.

    The Grad-CAM family is one source, since one pass draws it.
    """
    family = tuple(name for name in methods if METHODS[name].family)
    sources = [MapSource(family, 1, _family(network, family))] if family else []
    labels = range(network.outputs[1].shape[-1])
    others = (METHODS[name] for name in methods if not METHODS[name].family)
    return sources + [
        MapSource((one.name,), one.passes, _alone(one.name, one.build(network), labels)) for one in others
    ]


def reference_sources(folder: Path, card: Card, methods: Sequence[str]) -> list[MapSource]:
    """Return the sources of the maps of tf-keras-vis.

    They are the counterparts of those methods that have one and are not too slow. There are none of a model that takes
    a record or a note: tf-keras-vis explains networks of one input.
    """
    from meddx.evaluate.map_evaluation.tf_keras_vis_maps import TfKerasVis, measured_beside, reference_name

    def draw(name: str, reference: TfKerasVis) -> DrawMaps:
        def of(inputs: NDArray[np.float32], questions: Sequence[ImageLabel]) -> Mapping[str, DrawnMaps]:
            images = inputs[[image for image, _ in questions]]
            return {name: DrawnMaps(reference(images, [label for _, label in questions]))}

        return of

    sources: list[MapSource] = []
    if card.fields or card.note:
        return sources
    for method in methods:
        counterpart = measured_beside(method)
        if counterpart is not None:
            name = reference_name(method)
            reference = TfKerasVis(folder, card, counterpart)
            sources.append(MapSource((name,), 2 * METHODS[method].passes, draw(name, reference)))
    return sources


def _family(network: keras.Model, names: Sequence[str]) -> DrawMaps:
    explain, labels = build_family(network), range(network.outputs[1].shape[-1])

    def draw(inputs: NDArray[np.float32], questions: Sequence[ImageLabel]) -> Mapping[str, DrawnMaps]:
        found = explain(inputs, labels)
        return {name: _drawn(found[name], questions) for name in names}

    return draw


def _alone(name: str, explain: Explainer, labels: Sequence[int]) -> DrawMaps:
    return lambda inputs, questions: {name: _drawn(explain(inputs, labels), questions)}


def _drawn(maps: NDArray[np.float32], questions: Sequence[ImageLabel]) -> DrawnMaps:
    chosen = np.stack([maps[image, label] for image, label in questions])
    return DrawnMaps(chosen, maps.max(axis=(1, 2, 3)))
