"""Boxes of pixels as the cells that the viewer outlines."""

import numpy as np

from meddx.types import Box

MOST_CELLS = 96
"""A side; the border of a box lies within a cell of its own."""


def box_outline(boxes: tuple[Box, ...], rows: int, columns: int) -> list[list[bool]] | None:
    """Return rows of cells over an image of so many pixels, True where a box covers part of one; None without boxes."""
    if not boxes:
        return None
    down, across = min(rows, MOST_CELLS), min(columns, MOST_CELLS)
    cells = np.zeros((down, across), np.bool_)
    for box in boxes:
        top, left = box.top * down // rows, box.left * across // columns
        bottom, right = -(-box.bottom * down // rows), -(-box.right * across // columns)
        cells[top:bottom, left:right] = True
    outlined: list[list[bool]] = cells.tolist()
    return outlined
