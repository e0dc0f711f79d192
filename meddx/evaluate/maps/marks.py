"""Where on a film a finding lies, as boxes and masks say, in the cells in which maps are compared with them."""

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import Case, Mask
from meddx.imaging.read import read_film

GRID = 128
"""Cells along each side of the film: one is 4 pixels of a 512 x 512 slice."""

Cells = NDArray[np.bool_]
"""(GRID, GRID) over the whole film, True where a finding is marked."""


def marked(case: Case, label: str) -> Cells:
    """Cells whose centre lies in a box or mask of the label, or in one that names no label.

    Raises Refused for a mask that cannot be read.
    """
    cells = np.zeros((GRID, GRID), np.bool_)
    centres = (np.arange(GRID) + 0.5) / GRID
    for box in case.boxes:
        if box.label in (label, None):
            down = (box.top <= centres) & (centres < box.bottom)
            across = (box.left <= centres) & (centres < box.right)
            cells |= down[:, np.newaxis] & across
    for mask in case.masks:
        if mask.label in (label, None):
            cells |= _in_mask(mask)
    return cells


def _in_mask(mask: Mask) -> Cells:
    try:
        values = read_film(mask.path.read_bytes()).values
    except OSError as error:
        raise Refused("unreadable-file", f"A mask of the set cannot be read: {error.strerror}.") from error
    lit = np.asarray(values.reshape(*values.shape[:2], -1).max(axis=2) > 0)
    rows, columns = (((np.arange(GRID) + 0.5) / GRID * side).astype(np.intp) for side in lit.shape)
    return np.asarray(lit[np.ix_(rows, columns)], np.bool_)
