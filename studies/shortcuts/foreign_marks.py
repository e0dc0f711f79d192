"""Draw marks that the probe was not made for: what, where, how large and how bright is left to chance.

It shares nothing with `meddx.imaging.markers`, from which the probe's own marks come.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageDraw, ImageFont

Plane = NDArray[np.float32]
"""float32 (side, side) in [0, 1]."""


@dataclass(frozen=True)
class Mark:
    """A mark: `paint` (side, side) laid over an image with opacity `cover` (side, side), both in [0, 1]."""

    kind: str
    where: str
    cover: Plane
    paint: Plane

    def on(self, image: Plane) -> Plane:
        """Return the image with the mark."""
        return np.asarray(image * (1 - self.cover) + self.paint * self.cover, np.float32)

    @property
    def area(self) -> float:
        """Return the share of the image that the mark changes."""
        return float((self.cover > 0.05).mean())


def _blank(side: int) -> Plane:
    return np.zeros((side, side), np.float32)


def _line(side: int, dice: np.random.Generator) -> Plane:
    """Return a straight line along an edge or across, whole or in part, one or two pixels wide."""
    cover = _blank(side)
    at, wide = int(dice.integers(1, side - 3)), int(dice.integers(1, 3))
    if dice.random() < 0.5:
        at = int(dice.choice([1, 2, side - 3, side - 4]))
    begin = 0 if dice.random() < 0.5 else int(dice.integers(0, side // 2))
    cover[at : at + wide, begin : begin + max(side // 2, side - 2 * begin)] = 1
    return cover.T if dice.random() < 0.5 else cover


def _spot(side: int, dice: np.random.Generator, radius: float) -> Plane:
    y, x = np.mgrid[0:side, 0:side]
    down, across = dice.uniform(radius, side - 1 - radius, 2)
    return np.clip(radius + 0.5 - np.hypot(y - down, x - across), 0, 1).astype(np.float32)


def _speck(side: int, dice: np.random.Generator) -> Plane:
    """Return a speck of two or three pixels."""
    return _spot(side, dice, dice.uniform(0.8, 1.4) * side / 32)


def _disc(side: int, dice: np.random.Generator) -> Plane:
    return _spot(side, dice, dice.uniform(0.06, 0.12) * side)


def _glyph(side: int, dice: np.random.Generator) -> Plane:
    """Return a letter or a digit."""
    size = dice.uniform(0.2, 0.32) * side
    canvas = PIL.Image.new("L", (side, side))
    at = tuple(dice.uniform(0, side - size, 2))
    ImageDraw.Draw(canvas).text(at, str(dice.choice(list("ABEKLMSX2478"))), 255, ImageFont.load_default(size))
    return np.asarray(canvas, np.float32) / 255


def _box(side: int, dice: np.random.Generator, share: float) -> tuple[slice, slice]:
    long = max(3, round(share * side))
    top, left = dice.integers(0, side - long, 2)
    return slice(int(top), int(top) + long), slice(int(left), int(left) + long)


def _hatch(side: int, dice: np.random.Generator) -> Plane:
    """Return a square of oblique stripes."""
    y, x = np.mgrid[0:side, 0:side]
    cover = _blank(side)
    box = _box(side, dice, dice.uniform(0.15, 0.28))
    cover[box] = ((x + int(dice.choice([-1, 1])) * y) % 4 < 2)[box]
    return cover


def _frame(side: int, dice: np.random.Generator) -> Plane:
    """Return a thin frame, some pixels from the edge."""
    inset, wide = int(dice.integers(0, max(2, side // 12))), int(dice.integers(1, 3))
    cover = _blank(side)
    cover[inset : side - inset, inset : side - inset] = 1
    cover[inset + wide : side - inset - wide, inset + wide : side - inset - wide] = 0
    return cover


def _gradient(side: int, dice: np.random.Generator) -> Plane:
    """Return a corner that fades towards the middle."""
    y, x = np.mgrid[0:side, 0:side] / (side - 1)
    if dice.random() < 0.5:
        y = 1 - y
    if dice.random() < 0.5:
        x = 1 - x
    return np.clip(1 - (x + y) / dice.uniform(0.4, 0.7), 0, 1).astype(np.float32)


def _noise(side: int, dice: np.random.Generator) -> Plane:
    """Return a square of noise, the same on every image."""
    cover = _blank(side)
    box = _box(side, dice, dice.uniform(0.15, 0.28))
    cover[box] = dice.random((side, side))[box] > 0.5
    return cover


KINDS: dict[str, Callable[[int, np.random.Generator], Plane]] = {
    "line": _line,
    "speck": _speck,
    "disc": _disc,
    "glyph": _glyph,
    "hatch": _hatch,
    "frame": _frame,
    "fading corner": _gradient,
    "noise patch": _noise,
}


def draw(kind: str, side: int, dice: np.random.Generator) -> Mark:
    """Return a mark of that kind, at a place, of a size, shade and opacity given by chance."""
    cover = KINDS[kind](side, dice)
    paint = dice.uniform(0.75, 1.0) if dice.random() < 0.7 else dice.uniform(0.0, 0.1)
    rows, columns = np.nonzero(cover > 0.05)
    names = (("top", "middle", "bottom"), ("left", "centre", "right"))
    where = " ".join(of[min(2, int(3 * one.mean() / side))] for of, one in zip(names, (rows, columns), strict=True))
    strength = np.float32(dice.uniform(0.4, 1.0))
    return Mark(kind, where, cover * strength, np.full((side, side), paint, np.float32))
