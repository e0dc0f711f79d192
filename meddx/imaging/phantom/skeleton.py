"""The phantom's ribs, clavicles and spine."""

import numpy as np

from meddx.imaging.phantom.geometry import LEFT, RIGHT, Build, Grid, Millimetres, lateral_edge

RIBS = 10


def bone_path(build: Build, grid: Grid) -> Millimetres:
    """Return the path through ribs, clavicles and spine, mm of bone."""
    bone = np.zeros(grid.shape, np.float32)
    pitch = (build.base - build.apex) / (RIBS - 0.5)
    for number in range(RIBS):
        top = build.apex - 16 + number * pitch
        for side in (RIGHT, LEFT):
            _add_rib(bone, build, grid, side=side, top=top, number=number)
    for side in (RIGHT, LEFT):
        _add_clavicle(bone, build, grid, side)
    _add_spine(bone, grid)
    return bone


def _add_rib(bone: Millimetres, build: Build, grid: Grid, *, side: int, top: float, number: int) -> None:
    """Add a rib: a tilted ring in frontal view.

    Its back part is high, its front part lower, fading where cartilage begins.
    """
    drop = build.rib_drop * (0.62 + 0.045 * number)
    middle, radius = top + drop / 2, drop / 2
    reach = float(lateral_edge(build, middle + 0.2 * drop)) + 1.0
    rows = (grid.y[:, 0] > top - 12) & (grid.y[:, 0] < top + drop + 12)
    columns = (side * grid.x[0] > 6) & (side * grid.x[0] < reach + 12)
    if not rows.any() or not columns.any():
        return
    box = np.ix_(rows, columns)
    u = side * grid.x[:, columns] / reach
    v = (grid.y[rows] - middle) / radius
    # Sampson's first-order distance to the ellipse u^2 + v^2 = 1, in mm.
    gradient = 2 * np.sqrt((u / reach) ** 2 + (v / radius) ** 2) + 1e-6
    distance = (u * u + v * v - 1) / gradient
    across = distance / build.rib_height
    tube = np.sqrt(np.maximum(1 - across * across, 0))
    # Cortical bone is dense and marrow is not, so the edge of the tube is as bright as its middle.
    shell = tube - 0.45 * np.sqrt(np.maximum(1 - across * across / 0.78**2, 0))
    cartilage = np.where(v > 0, np.clip((u - 0.42) / 0.16, 0, 1) * 0.8, np.float32(1))
    bone[box] += 11 * shell * cartilage


def _add_clavicle(bone: Millimetres, build: Build, grid: Grid, side: int) -> None:
    across = (side * grid.x - 16) / (1.05 * build.half_width)
    centre = build.apex + 40 - 36 * across + 7 * np.sin(2 * np.pi * across)
    height = 5.5 + 2.5 * np.clip(1 - 4 * across, 0, 1)
    distance = (grid.y - centre) / (height * 1.08)
    ends = np.clip(across / 0.02, 0, 1) * np.clip((1.15 - across) / 0.05, 0, 1)
    bone += (11 * np.sqrt(np.maximum(1 - distance * distance, 0)) * ends).astype(np.float32)


def _add_spine(bone: Millimetres, grid: Grid) -> None:
    """Add vertebral bodies 24 mm apart with denser end plates, and a shadow of the processes in the middle."""
    phase = np.abs(((grid.y / 24) % 1) - 0.5) * 2
    body = 15 + 5 * np.exp(-(((1 - phase) / 0.25) ** 2))
    half_width = 15.5 + 0.012 * grid.y + 1.5 * np.cos(2 * np.pi * grid.y / 24)
    profile = np.sqrt(np.maximum(1 - (grid.x / half_width) ** 2, 0))
    process = 8 * np.exp(-((grid.x / 4) ** 2) - ((phase - 0.2) / 0.5) ** 2)
    bone += (0.75 * body * profile + process).astype(np.float32)
