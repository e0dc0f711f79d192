"""Change an image in ways unrelated to the disease, and make the control that each change is measured against.

insert: a marker is drawn. Its control is a soft spot of the same energy (sum of squared changes) at a random place.
occlude: a corner or the border is blurred; swap: it is taken from another image. Their controls do the same to a part
of the same size and shape elsewhere, which does not overlap corners and border. Brightness, inserted or another
image's, has for control a shading of the same energy with as much light as shade.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from meddx.explain.blurred_baseline import blurred
from meddx.imaging.markers import BRIGHTER, BRIGHTNESS, OPAQUE, DisplayedImage, add_marker

RegionMask = NDArray[np.bool_]

CORNER = 0.22
"""Side of a corner as a share of the image's."""
EDGE = 0.06
"""Width of the border strip."""
SPOT = 0.08
"""Standard deviation of the control spot, as a share of the longer side."""

CORNERS = {
    "upper left corner": (0, 0),
    "upper right corner": (0, 1),
    "lower left corner": (1, 0),
    "lower right corner": (1, 1),
}
ApplyIntervention = Callable[
    [DisplayedImage, DisplayedImage, np.random.Generator], tuple[DisplayedImage, DisplayedImage]
]
"""(image, another image of the same shape, chance) -> (the image changed, its control)."""


@dataclass(frozen=True)
class Intervention:
    """A change to an image, with its control.

    kind, what: its name; apply: makes the change and the control.
    """

    kind: Literal["insert", "occlude", "swap"]
    what: str
    apply: ApplyIntervention


def inserted(marker: str) -> ApplyIntervention:
    """Return the intervention that draws a marker on the image; its control is a soft spot."""

    def apply(
        image: DisplayedImage, other: DisplayedImage, chance: np.random.Generator
    ) -> tuple[DisplayedImage, DisplayedImage]:
        changed = np.stack([add_marker(image[..., channel], marker) for channel in range(image.shape[2])], axis=-1)
        rows, columns = image.shape[:2]
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        centre = chance.uniform(0.2, 0.8, 2)
        size = SPOT * max(rows, columns)
        spot = np.exp(-((y - centre[0] * rows) ** 2 + (x - centre[1] * columns) ** 2) / (2 * size**2))
        spot *= np.sqrt(((changed - image) ** 2).mean(axis=2).sum() / (spot**2).sum())
        return changed, _lighter(image, spot)

    return apply


def brighter(
    image: DisplayedImage, other: DisplayedImage, chance: np.random.Generator
) -> tuple[DisplayedImage, DisplayedImage]:
    """Return the whole image brighter, and its control, the image shaded."""
    return _lighter(image, BRIGHTER), _lighter(image, BRIGHTER * shading(image.shape[:2], chance))


def as_bright(
    image: DisplayedImage, other: DisplayedImage, chance: np.random.Generator
) -> tuple[DisplayedImage, DisplayedImage]:
    """Return the image with the other's mean brightness, and its control, the image shaded."""
    by = float(other.mean() - image.mean())
    return _lighter(image, by), _lighter(image, by * shading(image.shape[:2], chance))


def shading(shape: tuple[int, ...], chance: np.random.Generator) -> NDArray[np.float64]:
    """Return a shading (rows, columns) from dark on one side to light on the other.

    It has mean 0 and mean square 1.
    """
    rows, columns = shape
    y, x = np.mgrid[0:rows, 0:columns]
    angle = chance.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * ((x + 0.5) / columns - 0.5) + np.sin(angle) * ((y + 0.5) / rows - 0.5)
    return np.asarray(slope / np.sqrt((slope**2).mean()), np.float64)


def occluded(region: str) -> ApplyIntervention:
    """Return the intervention that blurs the region; its control blurs another region."""

    def apply(
        image: DisplayedImage, other: DisplayedImage, chance: np.random.Generator
    ) -> tuple[DisplayedImage, DisplayedImage]:
        soft = blurred(image[np.newaxis])[0]
        here, elsewhere = regions(region, image.shape[:2], chance)
        return _replaced(image, soft, here), _replaced(image, soft, elsewhere)

    return apply


def swapped(region: str) -> ApplyIntervention:
    """Return the intervention that replaces the region by that of another image.

    Its control replaces another region likewise.
    """

    def apply(
        image: DisplayedImage, other: DisplayedImage, chance: np.random.Generator
    ) -> tuple[DisplayedImage, DisplayedImage]:
        here, elsewhere = regions(region, image.shape[:2], chance)
        return _replaced(image, other, here), _replaced(image, other, elsewhere)

    return apply


def regions(region: str, shape: tuple[int, ...], chance: np.random.Generator) -> tuple[RegionMask, RegionMask]:
    """Return the region as a mask (rows, columns), and a control mask elsewhere.

    The control has the same shape and about the same size.
    """
    here, elsewhere = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    rows, columns = shape
    if region == "border":
        tall, wide = max(1, round(EDGE * rows)), max(1, round(EDGE * columns))
        here[:] = True
        here[tall:-tall, wide:-wide] = False
        # A ring half as large and twice as wide.
        top, left = rows // 4, columns // 4
        elsewhere[top : rows - top, left : columns - left] = True
        elsewhere[top + 2 * tall : rows - top - 2 * tall, left + 2 * wide : columns - left - 2 * wide] = False
        return here, elsewhere
    tall, wide = max(1, round(CORNER * rows)), max(1, round(CORNER * columns))
    down, across = CORNERS[region]
    here[down * (rows - tall) : down * (rows - tall) + tall, across * (columns - wide) :][:, :wide] = True
    top = int(chance.integers(tall, max(rows - 2 * tall, tall) + 1))
    left = int(chance.integers(wide, max(columns - 2 * wide, wide) + 1))
    elsewhere[top : top + tall, left : left + wide] = True
    return here, elsewhere


def _lighter(image: DisplayedImage, by: NDArray[np.floating] | float) -> DisplayedImage:
    """Return the image brighter by one number, or by (rows, columns) of them, within [0, 1]."""
    return np.asarray(np.clip(image + np.asarray(by)[..., np.newaxis], 0, 1), np.float32)


def _replaced(image: DisplayedImage, other: DisplayedImage, mask: RegionMask) -> DisplayedImage:
    return np.where(mask[..., np.newaxis], other, image).astype(np.float32)


REGIONS = (*CORNERS, "border")
INTERVENTIONS = (
    *(Intervention("insert", marker, inserted(marker)) for marker in OPAQUE),
    Intervention("insert", BRIGHTNESS, brighter),
    *(Intervention("occlude", region, occluded(region)) for region in REGIONS),
    *(Intervention("swap", region, swapped(region)) for region in REGIONS),
    Intervention("swap", BRIGHTNESS, as_bright),
)
