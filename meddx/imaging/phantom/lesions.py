"""The lesions of the phantom: extra soft tissue in place of air, with its exact extent.

Each function returns millimetres of filled lung, float32 (rows, columns), zero wherever no ray crosses the lesion,
so its mask is `path > 0`. Size, place and density are random, from hardly visible to plain.
"""

import math
from collections.abc import Callable

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.imaging.phantom.anatomy import Anatomy
from meddx.imaging.phantom.geometry import LEFT, RIGHT, Build, Grid, Millimetres, diaphragm, lateral_edge, medial_edge

Lesion = Callable[[np.random.Generator, Build, Grid, Anatomy], Millimetres]


def nodule(rng: np.random.Generator, build: Build, grid: Grid, chest: Anatomy) -> Millimetres:
    """Draw a nodule 6 to 20 mm across, slightly lobed, clear of the mediastinum, the dome and the chest wall."""
    radius = rng.uniform(3, 10)
    x, y = _place(rng, build, margin=16, upper=0.14, lower=0.62)
    dx, dy = grid.x - x, grid.y - y
    lobes, phase = int(rng.integers(3, 6)), rng.uniform(0, 2 * np.pi)
    edge = radius * (1 + 0.035 * np.cos(lobes * np.arctan2(dy, dx) + phase))
    ball = 2 * np.sqrt(np.maximum(edge * edge - dx * dx - dy * dy, 0))
    # Below 1 the ball is part ground glass, above 1 part calcified.
    density = rng.uniform(0.9, 2.6) * (10 / (radius + 4)) ** 0.5
    return np.asarray(density * ball, np.float32)


def consolidation(rng: np.random.Generator, build: Build, grid: Grid, chest: Anatomy) -> Millimetres:
    """Draw a mottled patch 35 to 110 mm across with soft irregular edges that fills part of the air of one lobe."""
    x, y = _place(rng, build, margin=26, upper=0.2, lower=0.75)
    axes = rng.uniform(20, 48), rng.uniform(18, 42)
    turn = rng.uniform(0, np.pi)
    dx, dy = grid.x - x, grid.y - y
    cosine, sine = math.cos(turn), math.sin(turn)
    along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
    distance = np.sqrt((along / axes[0]) ** 2 + (across / axes[1]) ** 2)
    ragged = distance + 0.16 * _cloud(rng, grid, cells=20)
    patch = np.clip((1.15 - ragged) / 0.7, 0, 1) * np.clip((1.5 - distance) / 0.4, 0, 1)
    patch = patch * patch * (3 - 2 * patch)
    mottled = np.clip(0.8 + 0.14 * _cloud(rng, grid, cells=45), 0.3, 1)
    filled = rng.uniform(0.22, 0.75)
    return _above(2.0, filled * patch * mottled * chest.air)


def effusion(rng: np.random.Generator, build: Build, grid: Grid, chest: Anatomy) -> Millimetres:
    """Draw fluid in one costophrenic angle, level medially and with its meniscus rising along the chest wall."""
    side = int(rng.choice([RIGHT, LEFT]))
    height = rng.uniform(16, 85)
    lateral, medial = lateral_edge(build, grid.y), medial_edge(build, grid.y)
    across = np.clip((side * grid.x - medial) / (lateral - medial), 0, 1)
    climb = rng.uniform(0.35, 0.6) * height + 8
    surface = build.base - height + climb * (0.5 - across**3.5)
    depth = np.clip((grid.y - surface) / (10 + 0.25 * height), 0, 1)
    side_only = (side * grid.x > 0) & (diaphragm(build, grid, side) + 40 > grid.y)
    filled = rng.uniform(0.6, 0.95)
    return _above(2.0, filled * np.sqrt(depth) * chest.air * side_only)


LESIONS: dict[str, Lesion] = {"nodule": nodule, "consolidation": consolidation, "effusion": effusion}
"""By label, in the order of a model's outputs."""


def _above(least: float, path: NDArray[np.floating]) -> Millimetres:
    """Return `path` less `least` mm, and 0 where that is negative.

    Without this a faint, invisible rim would be in the mask.
    """
    return np.asarray(np.maximum(path - least, 0), np.float32)


def _place(rng: np.random.Generator, build: Build, margin: float, upper: float, lower: float) -> tuple[float, float]:
    """Return a random point x, y in mm in either lung.

    upper, lower: range of its height in the lung (0 apex, 1 base); margin: least distance from the edges at its sides.
    """
    side = int(rng.choice([RIGHT, LEFT]))
    y = build.apex + (build.base - build.apex) * rng.uniform(upper, lower)
    low, high = (float(edge(build, y)) for edge in (medial_edge, lateral_edge))
    return side * rng.uniform(low + margin, high - margin), y


def _cloud(rng: np.random.Generator, grid: Grid, cells: int) -> Millimetres:
    """Return smooth noise, about standard normal, with `cells` independent values over the longer side."""
    rows, columns = grid.shape
    shape = tuple(max(round(cells * n / max(rows, columns)), 2) for n in (rows, columns))
    coarse = PIL.Image.fromarray(rng.standard_normal(shape, np.float32))
    return np.asarray(coarse.resize((columns, rows), PIL.Image.Resampling.BICUBIC), np.float32)
