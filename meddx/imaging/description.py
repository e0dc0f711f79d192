"""Reading of what a DICOM file says of its pixels (PS3.3 C.7.6.3, C.7.6.6) as its writer meant it.

Some writers put a term in lower case, leave out a number that the others imply, or miscount their frames.
"""

import re
from collections.abc import Iterable, Iterator

from pydicom.datadict import dictionary_description, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.uid import UID

from meddx.errors import Refused
from meddx.imaging.cut_fragments import ITEM
from meddx.imaging.dataset import PIXEL_KEYWORDS
from meddx.imaging.native import NATIVE, bits_per_frame

SAMPLES_OF_TERM = {"MONOCHROME1": 1, "MONOCHROME2": 1, "PALETTE COLOR": 1}
SAMPLES_OF_TERM |= dict.fromkeys(("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT"), 3)
"""Samples per pixel by Photometric Interpretation, C.7.6.3.1.2."""

MOST_FRAMES = (1 << 31) - 1
"""The largest number that an IS can hold, PS3.5 6.2."""


def read_as_meant(elements: Dataset, transfer_syntax: UID) -> tuple[str, ...]:
    """Write into the data set what its description of the pixels means; return a note of every change that matters.

    Raises Refused where the file does not say what its values are.
    """
    return (*_term(elements), *_numbers(elements), *_frames(elements, transfer_syntax))


def _term(elements: Dataset) -> Iterator[str]:
    """Write the Photometric Interpretation as the standard has it.

    Blanks around a term are none of its letters (PS3.5 6.2) and need no note.
    """
    stated = elements.get("PhotometricInterpretation")
    stripped = str(stated or "").strip("\0 ")
    if not stripped:
        raise Refused(
            "unsupported-image",
            "The file does not say what its values are (Photometric Interpretation is missing), so that black and "
            "white may be exchanged: export the image again.",
        )
    term = _TERMS.get(_squeezed(stripped))
    if term is not None and stated != term:
        _write(elements, "PhotometricInterpretation", term)
    if term is not None and stripped != term:
        yield f"Photometric Interpretation is not written as the standard has it; it is read as {term}."


def _squeezed(term: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", term.upper())


_TERMS = {_squeezed(term): term for term in SAMPLES_OF_TERM}


def _numbers(elements: Dataset) -> Iterator[str]:
    """Write once what is stated several times alike, and what follows from other attributes where it is missing."""
    samples = SAMPLES_OF_TERM.get(str(elements.PhotometricInterpretation))
    implied = {"Rows": None, "Columns": None, "SamplesPerPixel": samples}
    if "PixelData" in elements:
        implied |= {"BitsAllocated": None, "BitsStored": _bits_stored(elements), "PixelRepresentation": None}
    if samples == 3:
        implied["PlanarConfiguration"] = 0
    for keyword, meant in implied.items():
        number = _whole_number(elements, keyword)
        if meant is not None and elements.get(keyword) in (None, ""):
            _write(elements, keyword, meant)
            yield f"{dictionary_description(keyword)} is missing in the file; it is taken to be {meant}."
        elif number is not None and elements[keyword].VM > 1:
            _write(elements, keyword, number)


def _bits_stored(elements: Dataset) -> int | None:
    allocated, high = _whole_number(elements, "BitsAllocated"), _whole_number(elements, "HighBit")
    if allocated is None:
        return None
    return high + 1 if high is not None and 0 < high < allocated else allocated


def _frames(elements: Dataset, transfer_syntax: UID) -> Iterator[str]:
    """Write the number of frames that can be asked for: those stated, as far as the pixel data begin them."""
    stated = _whole_number(elements, "NumberOfFrames") if "NumberOfFrames" in elements else 1
    whole, begun = _held(elements, transfer_syntax)
    if stated is not None and 0 < stated <= MOST_FRAMES:
        frames = min(stated, max(begun, 1))
        if frames < stated:
            yield f"The file states {stated} frames, and its data end in frame {frames}."
        elif whole > frames:
            yield f"The file holds more frames than the {frames} that it states; the rest is left out."
    else:
        frames = max(whole, 1)
        if frames > 1 or not _is_blank(elements):
            yield f"Number of Frames is no number of frames; by the length of the data it is taken to be {frames}."
    _write(elements, "NumberOfFrames", frames)


def _held(elements: Dataset, transfer_syntax: UID) -> tuple[int, int]:
    """Return how many frames the pixel data hold whole, at least, and how many they begin, at most."""
    data = next(elements[keyword].value or b"" for keyword in PIXEL_KEYWORDS if keyword in elements)
    if transfer_syntax not in NATIVE:
        return 1, data.count(ITEM) - 1  # the first item is the table of offsets
    bits, available = bits_per_frame(elements), 8 * len(data)
    whole = available // bits
    if whole > 1 and available - bits < 16:  # padding
        whole = 1
    return whole, -(-available // bits)


def _is_blank(elements: Dataset) -> bool:
    """Return whether Number of Frames is empty or 0, as in many files of one frame."""
    value = elements.get_item("NumberOfFrames").value
    return not (value.decode("latin-1") if isinstance(value, bytes) else str(value or "")).strip("\0 0")


def _whole_number(elements: Dataset, keyword: str) -> int | None:
    """Return the number that an attribute states, once or several times alike; None where it states none."""
    try:
        stated = elements.get(keyword)
    except (TypeError, ValueError):
        return None
    several = [stated] if isinstance(stated, str) or not isinstance(stated, Iterable) else list(stated)
    numbers = {int(value) for value in several if isinstance(value, int | float) and value == int(value)}
    return numbers.pop() if len(numbers) == 1 else None


def _write(elements: Dataset, keyword: str, value: int | str) -> None:
    """Replace an attribute, also one whose value in the file cannot be read."""
    elements.add_new(keyword, dictionary_VR(keyword), value)
