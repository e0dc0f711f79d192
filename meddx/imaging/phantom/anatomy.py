"""The healthy chest of the phantom: the path length of each ray, in mm, through tissue, air and bone.

Shapes are ellipses, domes and tilted rings in millimetres, so one chest looks the same at every image size. Sizes
vary about those of adults; nothing here is measured from a patient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.imaging.phantom.geometry import (
    LEFT,
    RIGHT,
    Build,
    Grid,
    Millimetres,
    diaphragm,
    ellipsoid,
    lateral_edge,
    medial_edge,
)
from meddx.imaging.phantom.skeleton import bone_path
from meddx.imaging.phantom.vessels import vessel_path


@dataclass(frozen=True)
class Anatomy:
    """The path lengths of the rays through each tissue, all float32 (rows, columns) in mm.

    soft: soft tissue, lungs counted as if full of it; air: aerated lung, 0 outside both lung fields; bone; vessels:
    blood inside the lungs, already part of neither.
    """

    soft: Millimetres
    air: Millimetres
    bone: Millimetres
    vessels: Millimetres


def anatomy(build: Build, grid: Grid) -> Anatomy:
    """Return the chest of `build` on `grid`."""
    heart = heart_path(build, grid)
    air = lung_path(build, grid, RIGHT) + lung_path(build, grid, LEFT)
    air = np.maximum(air - heart, 0.06 * air)
    soft = body_path(build, grid)
    vessels = np.minimum(vessel_path(build, grid), 0.5 * air)
    return Anatomy(soft, air, bone_path(build, grid), vessels)


def lung_path(build: Build, grid: Grid, side: int) -> Millimetres:
    """Return the path through the air of one lung, mm.

    Rays cross full chords above the dome and the thin posterior recess behind it.
    """
    beside = side * grid.x[0] > 0
    lateral, medial = lateral_edge(build, grid.y), medial_edge(build, grid.y)
    across = (side * grid.x[:, beside] - medial) / (lateral - medial)
    chord = np.maximum(4 * across * (1 - across), 0) ** np.float32(0.38)
    down = np.clip((grid.y - build.apex) / (0.45 * (build.base - build.apex)), 0, 1)
    depth = build.lung_depth * np.sqrt(down) * (0.62 + 0.38 * down)
    height = diaphragm(build, grid, side)[:, beside] - grid.y
    recess = 0.16 * np.clip(height / 40 + 1, 0, 1)
    path = np.zeros(grid.shape, np.float32)
    path[:, beside] = depth * chord * np.maximum(np.clip(height / 5, 0, 1), recess)
    return path


def heart_path(build: Build, grid: Grid) -> Millimetres:
    """Return the path through heart, great vessels and hila where they displace lung, mm."""
    size, floor = build.heart, build.base - min(build.domes)
    ventricles = ellipsoid(grid, (0.42 * size, floor - 0.42 * size), (1.08 * size, 0.74 * size, 75), 0.55)
    atrium = ellipsoid(grid, (-0.28 * size, floor - 0.58 * size), (0.5 * size, 0.8 * size, 70))
    aorta = ellipsoid(grid, (build.mediastinum * 0.72, build.apex + 72), (17, 17, 45))
    trunk = ellipsoid(grid, (build.mediastinum * 0.72, build.apex + 102), (20, 24, 40), 0.4)
    right_hilum = ellipsoid(grid, (-build.mediastinum - 12, build.apex + 118), (12, 24, 16), 0.3)
    left_hilum = ellipsoid(grid, (build.mediastinum + 14, build.apex + 108), (13, 19, 15), -0.3)
    return np.asarray(np.maximum.reduce([ventricles, atrium, aorta, trunk]) + right_hilum + left_hilum, np.float32)


def body_path(build: Build, grid: Grid) -> Millimetres:
    """Return the path through soft tissue from front to back with the lungs filled, mm.

    It comprises trunk, neck, shoulders and breasts, less stomach gas.
    """
    wall = lateral_edge(build, np.maximum(grid.y, build.apex + 110)) + 22
    trunk = _slab(grid.x / wall) * build.body_depth
    narrowing = np.clip((grid.y - build.apex + 60) / 110, 0, 1)
    neck = 54 + 8 * np.cos(narrowing * np.pi / 2) + 170 * np.clip((grid.y - build.apex + 40) / 62, 0, 1.6) ** 1.5
    above = _slab(grid.x / np.minimum(neck, wall)) * build.body_depth * (0.5 + 0.5 * narrowing)
    armpit = build.apex + 96 + 0.9 * (np.abs(grid.x) - wall)
    shoulder = np.sqrt(np.clip((neck - np.abs(grid.x)) / 34, 0, 1))
    arm = 0.5 * build.body_depth * np.clip((armpit - grid.y) / 24, 0, 1) * shoulder
    path = np.maximum(np.where(narrowing < 1, above, trunk), arm)
    if build.breast:
        centre = 0.6 * build.half_width
        for side in (RIGHT, LEFT):
            mound = ellipsoid(grid, (side * centre, build.base - 78), (74, 82, build.breast))
            path = path + mound * mound / (2 * build.breast)
    if build.gas:
        top = float(build.base - build.domes[1])
        path = path - ellipsoid(grid, (0.45 * build.half_width, top + 26), (1.5 * build.gas, 0.7 * build.gas, 22))
    return np.asarray(np.maximum(path, 0), np.float32)


def _slab(u: NDArray[np.floating]) -> Millimetres:
    """Return the front-to-back profile of the trunk over u = x / half-width.

    It is flat in the middle and rounded at the sides.
    """
    return np.asarray(np.maximum(1 - u * u * u * u, 0) ** np.float32(0.55), np.float32)
