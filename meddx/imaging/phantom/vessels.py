"""The phantom's pulmonary vessels, which make the lungs realistic and nodules hard to see."""

import math
from dataclasses import dataclass

import numpy as np
import PIL.Image
from PIL import ImageDraw
from scipy import ndimage

from meddx.imaging.phantom.geometry import LEFT, RIGHT, Build, Grid, Millimetres

THINNEST = 1.3
"""Vessels below this width, mm, do not branch further."""
CONTRAST = 3.0
"""Blood along the ray over width in the image: several vessels of a bundle lie behind one another."""


def vessel_path(build: Build, grid: Grid) -> Millimetres:
    """Return the path through vessel trees that branch from both hila and taper towards the pleura, mm of blood."""
    rng = np.random.default_rng(build.vessels)
    canvas = PIL.Image.new("F", grid.shape[::-1])
    for side in (RIGHT, LEFT):
        tree = _Tree(ImageDraw.Draw(canvas), grid, rng, side)
        root = (side * (build.mediastinum + 8), build.apex + 112)
        for angle in np.linspace(-1.25, 1.35, 9) + rng.normal(0, 0.18, 9):
            tree.grow(root, float(angle), width=rng.uniform(3.5, 5.5), length=rng.uniform(20, 34))
    return np.asarray(ndimage.gaussian_filter(np.asarray(canvas), 1.1 / grid.spacing, truncate=2.5), np.float32)


@dataclass(frozen=True)
class _Tree:
    pen: ImageDraw.ImageDraw
    grid: Grid
    rng: np.random.Generator
    side: int

    def grow(self, start: tuple[float, float], angle: float, width: float, length: float) -> None:
        """Draw one vessel from `start` (mm) and its two daughters; angle 0 is lateral, positive downwards."""
        end = (start[0] + self.side * length * math.cos(angle), start[1] + length * math.sin(angle))
        pixels = max(round(width / self.grid.spacing), 1)
        thinner_than_a_pixel = min(1.0, width / (pixels * self.grid.spacing))
        line = (*self.grid.pixel(start), *self.grid.pixel(end))
        self.pen.line(line, fill=CONTRAST * width * thinner_than_a_pixel, width=pixels)
        if width < THINNEST:
            return
        spread = self.rng.uniform(0.15, 0.5, 2).tolist()
        for turn, share in ((-spread[0], 0.78), (spread[1], 0.7)):
            shrink = self.rng.uniform(0.85, 1.05)
            self.grow(end, angle + turn, width * share * shrink, length * 0.86 * shrink)
