"""Convert the boxes and masks of a finding to the grid cells in which maps are compared with them."""

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LesionBox, LesionMask
from meddx.imaging.read_image import read_image

ANNOTATION_GRID = 128
"""Cells along each side of the image: one is 4 pixels of a 512 x 512 slice."""

AnnotatedCells = NDArray[np.bool_]
"""(ANNOTATION_GRID, ANNOTATION_GRID) over the whole image, True where a finding is marked."""


def annotated_cells(case: LabelledCase, label: str) -> AnnotatedCells:
    """Return the cells whose centre lies in a box or mask of the label, or in one that names no label.

    Raises Refused for a mask that cannot be read.
    """
    cells = np.zeros((ANNOTATION_GRID, ANNOTATION_GRID), np.bool_)
    for box in case.boxes:
        if box.label in (label, None):
            cells |= cells_in_box(box)
    for mask in case.masks:
        if mask.label in (label, None):
            cells |= _cells_in_lit(_lit(mask))
    return cells


def cells_in_box(box: LesionBox) -> AnnotatedCells:
    """Return the cells whose centre lies in the box."""
    centres = (np.arange(ANNOTATION_GRID) + 0.5) / ANNOTATION_GRID
    down = (box.top <= centres) & (centres < box.bottom)
    across = (box.left <= centres) & (centres < box.right)
    return down[:, np.newaxis] & across


def cells_in_mask(mask: bytes) -> AnnotatedCells:
    """Return the cells at whose centre the mask, an image file, is not black. Raises Refused where it is no image."""
    return _cells_in_lit(_not_black(mask))


def box_around(mask: LesionMask) -> LesionBox | None:
    """Return the smallest box around everything that the mask marks, None where it marks nothing.

    Raises Refused for a mask that cannot be read.
    """
    lit = _lit(mask)
    if not lit.any():
        return None
    (top, bottom), (left, right) = (
        np.flatnonzero(lit.any(axis=axis))[[0, -1]] / lit.shape[1 - axis] for axis in (1, 0)
    )
    return LesionBox(left, top, right + 1 / lit.shape[1], bottom + 1 / lit.shape[0], mask.label)


def _lit(mask: LesionMask) -> NDArray[np.bool_]:
    """Return which pixels of the mask are not black, (rows, columns)."""
    try:
        return _not_black(mask.path.read_bytes())
    except OSError as error:
        raise Refused(
            "unreadable-file",
            f"A mask of the set cannot be read ({error.strerror}): give access to it, or copy it again.",
        ) from error


def _not_black(mask: bytes) -> NDArray[np.bool_]:
    values = read_image(mask).values
    return np.asarray(values.reshape(*values.shape[:2], -1).max(axis=2) > 0)


def _cells_in_lit(lit: NDArray[np.bool_]) -> AnnotatedCells:
    rows, columns = (
        ((np.arange(ANNOTATION_GRID) + 0.5) / ANNOTATION_GRID * side).astype(np.intp) for side in lit.shape
    )
    return np.asarray(lit[np.ix_(rows, columns)], np.bool_)
