"""Generation of one image of one synthetic patient."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.phantom.anatomy import anatomy
from meddx.imaging.phantom.exposure import Technique, expose
from meddx.imaging.phantom.geometry import Build, Grid
from meddx.imaging.phantom.lesions import LESIONS

PREVALENCE = 0.4
"""How often each lesion is drawn, independently, where the caller does not choose."""
SMALLEST_PHANTOM = 16


@dataclass(frozen=True)
class Phantom:
    """One synthetic chest image with its lesion masks.

    pixels: uint16 (rows, columns), 12 bits, MONOCHROME2 (high is white). spacing: mm, square pixels.
    masks: by label, in the order of LESIONS, bool (rows, columns): True where a ray crosses the lesion; all False
        for a lesion that the image does not have.
    lungs: bool (rows, columns), where a ray crosses aerated lung of the healthy chest.
    seed, patient: what reproduces it; images of one patient share their anatomy.
    """

    pixels: NDArray[np.uint16]
    masks: dict[str, NDArray[np.bool_]]
    lungs: NDArray[np.bool_]
    spacing: float
    seed: int
    patient: int

    @property
    def lesions(self) -> tuple[str, ...]:
        """Return the labels present, in the order of LESIONS."""
        return tuple(label for label, mask in self.masks.items() if mask.any())


def chest_phantom(
    seed: int,
    lesions: Collection[str] | None = None,
    rows: int = 512,
    columns: int = 416,
    patient: int | None = None,
) -> Phantom:
    """Return the frontal chest image that `seed` determines; equal arguments give equal pixels.

    seed, patient: >= 0. patient: seed of the anatomy, default `seed`; several images of one patient differ in
        position, technique, noise and lesions.
    lesions: labels from LESIONS, () for a healthy chest, None to draw each with probability PREVALENCE. Each lesion
        has its own random stream: with and without others it lies in the same place, and where no lesion lies the
        pixels equal those of the healthy image of the same seed.
    rows, columns: at least 16. The 35 cm x 43 cm cassette is fitted into the image, pixels square.
    Raises Refused("phantom-size") and Refused("phantom-lesion").
    """
    if min(rows, columns) < SMALLEST_PHANTOM:
        raise Refused("phantom-size", f"A phantom of {rows} x {columns} pixels was asked for; give at least 16 x 16.")
    unknown = sorted(set(lesions or ()) - LESIONS.keys())
    if unknown:
        raise Refused(
            "phantom-lesion", f"The phantom knows no lesion {unknown[0]!r}; choose from {', '.join(LESIONS)}."
        )

    patient = seed if patient is None else patient
    positioning, presence, noise = (np.random.default_rng([seed, stream]) for stream in range(3))
    drawn = presence.random(len(LESIONS)) < PREVALENCE
    present = {label for label, yes in zip(LESIONS, drawn, strict=True) if yes} if lesions is None else set(lesions)

    build = Build.drawn(np.random.default_rng([patient]))
    shift = (positioning.uniform(-9, 9), positioning.uniform(-10, 16))
    grid = Grid.covering(rows, columns, shift)
    technique = Technique.drawn(positioning)
    chest = anatomy(build, grid)

    filled = np.zeros(grid.shape, np.float32)
    masks = {}
    for stream, (label, lesion) in enumerate(LESIONS.items(), start=3):
        masks[label] = np.zeros(grid.shape, np.bool_)
        if label in present:
            path = lesion(np.random.default_rng([seed, stream]), build, grid, chest)
            masks[label] = path > 0
            filled = np.maximum(filled, path)  # a nodule inside a consolidation or under fluid adds little
    pixels = expose(chest, filled, technique, grid.spacing, noise)
    return Phantom(pixels, masks, chest.air > 0, grid.spacing, seed, patient)
