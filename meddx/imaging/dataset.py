"""Parsing of DICOM bytes into a pydicom Dataset and a transfer syntax (PS3.10 section 7), tolerant of missing parts."""

import zlib
from io import BytesIO
from struct import unpack_from

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import data_element_generator
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.valuerep import VR

from meddx.config import max_pixels
from meddx.errors import Refused
from meddx.imaging.cut_fragments import whole_frames
from meddx.imaging.refusals import refusal
from meddx.imaging.unknown_vr import LONG_LENGTH_VR, with_defined_lengths

PREFIX_END = 132
EXPLICIT_VR = frozenset(vr.value.encode() for vr in VR if len(vr.value) == 2)
FILE_META, IDENTIFYING = 0x0002, 0x0008
PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
PIXEL_DATA, TRAILING_PADDING = BaseTag(0x7FE00010), 0xFFFCFFFC
MOST_ELEMENTS = 65536
"""Limit outside sequences; the dictionary of the standard has some five thousand tags."""
UNDEFINED_LENGTH, TAG_AND_LENGTH = 0xFFFFFFFF, 8
SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0"


def has_preamble(data: bytes) -> bool:
    """Return whether DICM follows a preamble of 128 bytes, which may hold anything (PS3.10 7.1)."""
    return data[128:PREFIX_END] == b"DICM"


def looks_like_dicom(data: bytes) -> bool:
    """Return whether the bytes begin as a DICOM file, or as a data set without its preamble or whole header."""
    if has_preamble(data):
        return True
    if len(data) < 8:
        return False
    group, element = unpack_from("<HH", data)
    if group in (FILE_META, IDENTIFYING) and data[4:6] in EXPLICIT_VR:
        return True
    if group in (FILE_META, IDENTIFYING) and element < 0x0100:
        return bool(unpack_from("<I", data, 4)[0] < min(len(data), 0x10000))
    return bool(unpack_from(">H", data)[0] == IDENTIFYING and data[4:6] in EXPLICIT_VR)


def read_elements(data: bytes) -> tuple[Dataset, UID]:
    """Return the data set, which holds pixel data, and its transfer syntax.

    Raises Refused.
    """
    start = PREFIX_END if has_preamble(data) else 0
    stated, body = _file_meta(data, start)
    if body >= len(data):
        raise refusal("truncated")
    transfer_syntax = stated or _guess(data[body : body + 6])
    complete = True
    if transfer_syntax == DeflatedExplicitVRLittleEndian:
        (data, complete), body = _inflate(data[body:]), 0
    implicit = data[body + 4 : body + 6] not in EXPLICIT_VR  # some files are not what they say
    little = transfer_syntax != ExplicitVRBigEndian
    elements = Dataset(_elements(data, body, implicit, little))
    elements.set_original_encoding(implicit, little)
    if not any(keyword in elements for keyword in PIXEL_KEYWORDS):
        if not complete:
            raise refusal("truncated")
        if "DirectoryRecordSequence" in elements:
            raise refusal("media-directory")
        known = stated is not None or "SOPClassUID" in elements or "Rows" in elements
        raise refusal("no-pixels" if known else "not-an-image")
    return elements, transfer_syntax


def _elements(data: bytes, body: int, implicit: bool, little: bool) -> dict[BaseTag, RawDataElement | DataElement]:
    """Return the elements by tag, their values not yet converted."""
    elements: dict[BaseTag, RawDataElement | DataElement] = {}
    end = body
    try:
        content = BytesIO(data if little else with_defined_lengths(data, body))
        content.seek(body)
        for number, element in enumerate(data_element_generator(content, implicit, little)):
            if _is_cut(element):
                raise refusal("truncated")
            if number == MOST_ELEMENTS:
                raise refusal("cannot-be-decoded")
            elements[element.tag] = element
            end = content.tell()
        if 0 < len(data) - end < TAG_AND_LENGTH and PIXEL_DATA not in elements:
            raise refusal("truncated")
    except Refused:
        raise
    except EOFError:
        frames = whole_frames(data[end:]) if little else None
        if frames is None:
            raise refusal("truncated") from None
        elements[PIXEL_DATA] = RawDataElement(PIXEL_DATA, "OB", UNDEFINED_LENGTH, frames, end, False, True)
    except Exception:  # whatever broken bytes raise, and its text may quote them
        raise refusal("cannot-be-decoded") from None
    return elements


def _is_cut(element: RawDataElement | DataElement) -> bool:
    """Return whether the file ends inside the value of an element.

    Pixel data is checked later: some files state too large a length.
    """
    if not isinstance(element, RawDataElement) or element.tag in (PIXEL_DATA, TRAILING_PADDING):
        return False
    return element.length != UNDEFINED_LENGTH and len(element.value or b"") < element.length


def _file_meta(data: bytes, start: int) -> tuple[UID | None, int]:
    """Return Transfer Syntax UID (0002,0010), or None, and the position where the data set begins.

    The group is explicit little endian (PS3.10 7.1); some files write it in implicit VR all the same.
    """
    position, transfer_syntax = start, None
    while position + 8 <= len(data):
        group, element = unpack_from("<HH", data, position)
        if group != FILE_META:
            break
        vr = data[position + 4 : position + 6]
        if vr not in EXPLICIT_VR:
            length, value = unpack_from("<I", data, position + 4)[0], position + 8
        elif vr in LONG_LENGTH_VR:
            if position + 12 > len(data):
                raise refusal("truncated")
            length, value = unpack_from("<I", data, position + 8)[0], position + 12
        else:
            length, value = unpack_from("<H", data, position + 6)[0], position + 8
        if element == 0x0010:
            transfer_syntax = UID(data[value : value + length].decode("ascii", "replace").strip("\0 "))
        position = value + length
    return transfer_syntax or None, position


def _guess(head: bytes) -> UID:
    """Return the transfer syntax of a data set that does not state it, guessed from its first tag and what follows."""
    if head[4:6] not in EXPLICIT_VR:
        return ImplicitVRLittleEndian
    return ExplicitVRBigEndian if head[0] == 0 and head[1] else ExplicitVRLittleEndian


def _inflate(deflated: bytes) -> tuple[bytes, bool]:
    """Return the inflated data set (PS3.5 A.5), and whether its end was there: frames before it may be whole.

    Stops as soon as it holds more than the largest frame allowed could need. Raises Refused.
    """
    limit = 8 * max_pixels() + (1 << 24)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(deflated, limit)
    except zlib.error:
        raise refusal("cannot-be-decoded") from None
    if inflater.unconsumed_tail:
        raise Refused(
            "too-many-pixels",
            f"The deflated data set unfolds to more than {limit >> 20} MiB, which no image allowed here needs: "
            "export it without deflation.",
        )
    return content, inflater.eof
