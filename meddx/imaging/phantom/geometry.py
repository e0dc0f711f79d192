"""The geometry of the phantom, in millimetres: the pixel grid, the sizes of one patient, the borders of the lungs."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Millimetres = NDArray[np.float32]

FIELD_ROWS_MM, FIELD_COLUMNS_MM = 430.0, 350.0
"""The cassette a chest film is taken on, 35 cm x 43 cm upright; it always fits into the image."""

RIGHT, LEFT = -1, 1
"""The patient's sides; on a PA image the patient's right is on the left of the image."""


@dataclass(frozen=True)
class Grid:
    """The positions of the pixels: x (1, columns) mm from the midline, y (rows, 1) mm from the top of the cassette."""

    x: Millimetres
    y: Millimetres
    spacing: float

    @classmethod
    def covering(cls, rows: int, columns: int, shift: tuple[float, float]) -> Self:
        """Return the grid of square pixels that just contains the cassette.

        shift: displacement of the patient to the right and down, mm.
        """
        spacing = max(FIELD_ROWS_MM / rows, FIELD_COLUMNS_MM / columns)
        x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * spacing - shift[0]
        y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * spacing + FIELD_ROWS_MM / 2 - shift[1]
        return cls(x[None].astype(np.float32), y[:, None].astype(np.float32), spacing)

    def pixel(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return the pixel position (column, row) of a point (x, y) in mm."""
        return (point[0] - float(self.x[0, 0])) / self.spacing, (point[1] - float(self.y[0, 0])) / self.spacing

    @property
    def shape(self) -> tuple[int, int]:
        """Return the shape (rows, columns)."""
        return self.y.size, self.x.size


@dataclass(frozen=True)
class Build:
    """The body dimensions of one synthetic patient, mm.

    apex, base: y of the lung apices and of the costophrenic angles.
    """

    apex: float
    base: float
    half_width: float
    body_depth: float
    lung_depth: float
    mediastinum: float
    heart: float
    domes: tuple[float, float]
    rib_drop: float
    rib_height: float
    breast: float
    gas: float
    vessels: int

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Self:
        """Return the dimensions of a random adult."""
        apex = rng.uniform(44, 60)
        half_width = rng.uniform(126, 148)
        depth = rng.uniform(185, 235)
        return cls(
            apex=apex,
            base=apex + rng.uniform(262, 318),
            half_width=half_width,
            body_depth=depth,
            lung_depth=depth * rng.uniform(0.66, 0.74),
            mediastinum=rng.uniform(19, 27),
            heart=half_width * rng.uniform(0.40, 0.50),
            domes=(rng.uniform(42, 60), rng.uniform(32, 48)),
            rib_drop=rng.uniform(62, 88),
            rib_height=rng.uniform(5.2, 7.0),
            breast=rng.uniform(8, 26) if rng.random() < 0.45 else 0.0,
            gas=rng.uniform(14, 30) if rng.random() < 0.6 else 0.0,
            vessels=int(rng.integers(2**31)),
        )


def lateral_edge(build: Build, y: Millimetres | float) -> Millimetres:
    """Return the distance of the inner chest wall from the midline at height y, mm."""
    down = np.clip((y - build.apex) / (build.base - build.apex), 0, 1.05)
    edge = build.half_width * (0.34 + 0.66 * (1 - (1 - np.minimum(down, 1)) ** 2.6) ** 0.75)
    return np.asarray(edge, np.float32)


def medial_edge(build: Build, y: Millimetres | float) -> Millimetres:
    """Return the distance of the mediastinal border of the lung from the midline at height y, mm."""
    below = np.maximum(y - build.apex, 0)
    edge = build.mediastinum + 16 * np.exp(-below / 14) - 3 * np.exp(-(((below - 60) / 25) ** 2))
    return np.asarray(edge, np.float32)


def diaphragm(build: Build, grid: Grid, side: int) -> Millimetres:
    """Return the height y of the dome at each column, (1, columns) mm.

    The dome is highest medially and descends to the costophrenic angle.
    """
    rise = build.domes[0 if side == RIGHT else 1]
    across = (side * grid.x - build.mediastinum) / (build.half_width - build.mediastinum)
    lateral = np.clip((across - 0.42) / 0.58, 0, 1.2) ** 2.3
    medial = np.clip((0.42 - across) / 0.42, 0, 1.2) ** 2
    return np.asarray(build.base - rise * (1 - lateral - 0.35 * medial), np.float32)


def ellipsoid(
    grid: Grid, centre: tuple[float, float], axes: tuple[float, float, float], turn: float = 0.0
) -> Millimetres:
    """Return the path through an ellipsoid, mm.

    axes: half-lengths in the image and along the ray; turn: radians, clockwise.
    """
    x, y = grid.x - centre[0], grid.y - centre[1]
    rows, columns = np.abs(y[:, 0]) < max(axes[:2]), np.abs(x[0]) < max(axes[:2])
    x, y = x[:, columns], y[rows]
    cosine, sine = math.cos(turn), math.sin(turn)
    along, across = (x * cosine + y * sine) / axes[0], (y * cosine - x * sine) / axes[1]
    path = np.zeros(grid.shape, np.float32)
    path[np.ix_(rows, columns)] = 2 * axes[2] * np.sqrt(np.maximum(1 - along * along - across * across, 0))
    return path
