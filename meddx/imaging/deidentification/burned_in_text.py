"""What is done about text in the pixels: where it lies, what the header says of it, and its masking."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from meddx.errors import Refused
from meddx.imaging.deidentification.profile import BurnedIn
from meddx.imaging.deidentification.text_detector import covered, find_text
from meddx.imaging.windowing import display, full_range_window
from meddx.types import Box, Image

MOST_MASKED = 0.3
"""Share of an image that is masked at most; the detector takes bones in CT for writing."""
SAME = 0.02
"""Two ways to display an image whose values differ by less than this everywhere count as one."""
SCREEN_MODALITIES = frozenset({"SC", "US", "OT", "XC", "ES", "GM"})
"""Modalities whose images often are copies of a screen, patient's name included."""


def header_hints(elements: Dataset) -> tuple[str, ...]:
    """Return what in a header suggests that text is burned in: names of attributes, none of their values."""
    hints = []
    if _text(elements, "BurnedInAnnotation") == "YES":
        hints.append("BurnedInAnnotation")
    if _text(elements, "Modality") in SCREEN_MODALITIES:
        hints.append("Modality")
    if "SCREEN SAVE" in _text(elements, "ImageType") or "SECONDARY" in _text(elements, "ImageType"):
        hints.append("ImageType")
    if _text(elements, "ConversionType"):
        hints.append("ConversionType")
    return tuple(hints)


def find_burned_in_text(image: Image) -> tuple[Box, ...]:
    """Return the boxes of all text that any reader could see: in the displayed image, and in its full range of values.

    A window may hide what another one shows.
    """
    shown = display(image)
    boxes = list(find_text(shown))
    if image.values.ndim == 2:
        whole = display(image, full_range_window(image.values))
        if float(np.abs(whole - shown).max()) > SAME:
            boxes += find_text(whole)
    return tuple(sorted(set(boxes)))


def mask(values: NDArray[Any], shown: NDArray[np.float32], boxes: tuple[Box, ...]) -> NDArray[Any]:
    """Return a copy of the pixels in which every box has the value that is displayed darkest.

    shown: the displayed image of the same rows and columns.
    """
    masked = values.copy()
    brightness = shown if shown.ndim == 2 else shown.mean(axis=2)
    darkest = values[np.unravel_index(int(brightness.argmin()), brightness.shape)]
    masked[covered(boxes, masked.shape)] = darkest
    return masked


def refuse_text(policy: BurnedIn, boxes: tuple[Box, ...], shape: tuple[int, int], warned: bool) -> None:
    """Raise Refused where the policy does not let an image pass.

    boxes: those found; shape: rows and columns of the image; warned: whether the header says that there is text.
    """
    if policy == "refuse" and (boxes or warned):
        raise Refused(
            "burned-in-text",
            "Text is burned into the pixels, or the header says so: mask it, or leave this image out.",
        )
    if policy == "mask" and warned and not boxes:
        raise Refused(
            "burned-in-text-not-found",
            "The header says that text is burned in and none was found to mask: look at the image; if there "
            "is none, --burned-in keep takes it, or on a server the policy ask.",
        )
    if policy == "mask" and covered(boxes, shape).mean() > MOST_MASKED:
        raise Refused(
            "burned-in-text-everywhere",
            "What looks like text lies all over the image, so masking it would leave little: look at the image; "
            "if there is none, --burned-in keep takes it, or on a server the policy ask.",
        )


def _text(elements: Dataset, keyword: str) -> str:
    try:
        return str(elements.get(keyword) or "").upper()
    except Exception:  # a malformed value is no hint
        return ""
