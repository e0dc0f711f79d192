"""Name the parts of the frame in which the search for shortcuts looks: windows, bands and rings of several sizes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Region:
    """A rectangle of the frame, or a ring along its edges.

    top, left, bottom, right: in fractions of the frame, 0 to 1. ring: width of the ring that is left of the rectangle
    when its inside is taken away; 0 for the whole rectangle.
    """

    top: float
    left: float
    bottom: float
    right: float
    ring: float = 0.0

    def mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """Return the region as a mask (height, width); at least one pixel wide."""
        mask = np.zeros((height, width), np.bool_)
        rows, columns = _pixels(self.top, self.bottom, height), _pixels(self.left, self.right, width)
        mask[rows, columns] = True
        if self.ring:
            down, across = max(1, round(self.ring * height)), max(1, round(self.ring * width))
            mask[rows.start + down : rows.stop - down, columns.start + across : columns.stop - across] = False
        return mask

    @property
    def area(self) -> float:
        """Return the share of the frame that the region covers."""
        tall, wide = self.bottom - self.top, self.right - self.left
        return tall * wide - max(0.0, tall - 2 * self.ring) * max(0.0, wide - 2 * self.ring) * bool(self.ring)

    @property
    def name(self) -> str:
        """Return the region in words: "the lower left corner", "a line along the right edge"."""
        if self.ring:
            return "the border" if self.top == 0 else "a frame near the border"
        places = _thirds(self.top, self.bottom, "upper", "lower"), _thirds(self.left, self.right, "left", "right")
        if self.right - self.left == 1:
            return f"a band across the {places[0] or 'middle'} part"
        if self.bottom - self.top == 1:
            return f"a band down the {places[1] or 'middle'} part"
        if all(places):
            edge = min(self.top, 1 - self.bottom) <= NEAR_EDGE and min(self.left, 1 - self.right) <= NEAR_EDGE
            return f"the {places[0]} {places[1]} {'corner' if edge else 'part'}"
        if any(places):
            return f"the {places[0] or places[1]} middle part" if places[0] else f"the middle of the {places[1]} side"
        return "the centre"


NEAR_EDGE = 1 / 16
WINDOW_SIDES = 1 / 4, 1 / 8, 1 / 16
"""Sides of the windows that are looked at, from coarse to fine; neighbours overlap by half."""
BAND_WIDTHS = 1 / 8, 1 / 16, 1 / 32
"""Widths of the bands that run from edge to edge."""


def coarse_regions() -> list[Region]:
    """Return windows, bands and rings that cover the whole frame."""
    windows = [
        Region(top, left, top + WINDOW_SIDES[0], left + WINDOW_SIDES[0])
        for top in _starts(WINDOW_SIDES[0], 0, 1)
        for left in _starts(WINDOW_SIDES[0], 0, 1)
    ]
    across = [Region(top, 0, top + BAND_WIDTHS[0], 1) for top in _starts(BAND_WIDTHS[0], 0, 1)]
    down = [Region(0, one.top, 1, one.bottom) for one in across]
    rings = [Region(start, start, 1 - start, 1 - start, width) for start, width in RING_PLACES]
    return [*windows, *across, *down, *rings]


RING_PLACES = (0.0, 1 / 8), (0.0, 1 / 16), (1 / 16, 1 / 16), (0.0, 1 / 32), (1 / 32, 1 / 32), (1 / 16, 1 / 32)
"""Distance from the edge, and width."""


def finer_regions(region: Region) -> list[Region]:
    """Return the parts of the region that are half as wide; none of the finest, nor of a ring."""
    tall, wide = region.bottom - region.top, region.right - region.left
    half = min(tall, wide) / 2
    if region.ring or half < (BAND_WIDTHS if max(tall, wide) == 1 else WINDOW_SIDES)[-1]:
        return []
    tops = [region.top] if tall == 1 else _starts(half, region.top, region.bottom)
    lefts = [region.left] if wide == 1 else _starts(half, region.left, region.right)
    return [
        Region(top, left, top + (tall if tall == 1 else half), left + (wide if wide == 1 else half))
        for top in tops
        for left in lefts
    ]


def _starts(side: float, low: float, high: float) -> list[float]:
    return [low + step * side / 2 for step in range(round(2 * (high - low) / side) - 1)]


def _pixels(low: float, high: float, size: int) -> slice:
    start = min(round(low * size), size - 1)
    return slice(start, max(start + 1, round(high * size)))


def _thirds(low: float, high: float, first: str, last: str) -> str:
    middle = (low + high) / 2
    return first if middle < 1 / 3 else last if middle > 2 / 3 else ""
