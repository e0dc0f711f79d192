"""Decoding of one frame of native (uncompressed) Pixel Data: PS3.5 section 8.1 and annex A.1 to A.3."""

from struct import unpack_from
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder

from meddx.imaging.cut_fragments import ITEM
from meddx.imaging.dataset import PIXEL_KEYWORDS, SEQUENCE_DELIMITER
from meddx.imaging.refusals import refusal

NATIVE = (
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
)


def decode_native(elements: Dataset, transfer_syntax: uid.UID, frame: int) -> tuple[NDArray[Any], str]:
    """Return the stored values of one frame, and the Photometric Interpretation they are in.

    Raises Refused.
    """
    keyword = next(keyword for keyword in PIXEL_KEYWORDS if keyword in elements)
    if elements[keyword].is_undefined_length or is_encapsulated(elements[keyword].value or b""):
        raise refusal("cannot-be-decoded")
    data = elements[keyword].value or b""
    whole = 8 * len(data) // bits_per_frame(elements)
    if frame >= whole:
        raise refusal("truncated")
    if whole < int(elements.get("NumberOfFrames", 1) or 1):  # the frames before the one that is cut
        vr, elements = (
            elements[keyword].VR,
            Dataset({element.tag: element for element in elements.group_dataset(0x0028)}),
        )
        elements.add_new(keyword, vr, data[: -(-whole * bits_per_frame(elements) // 8)])
        elements.add_new("NumberOfFrames", "IS", whole)
    if keyword == "PixelData" and elements.BitsAllocated == 1:
        return _unpacked_bits(elements, transfer_syntax, frame), str(elements.PhotometricInterpretation)
    options: dict[str, Any] = {"correct_unused_bits": False, "view_only": True}
    try:
        values, described = get_decoder(transfer_syntax).as_array(elements, index=frame, **options)
    except Exception:  # its text may quote the file
        raise refusal("cannot-be-decoded") from None
    if keyword == "PixelData":
        values = significant_bits(values, elements)
    return values, str(described["photometric_interpretation"])


def significant_bits(values: NDArray[Any], elements: Dataset) -> NDArray[Any]:
    """Return the Bits Stored bits that end at High Bit, sign-extended where signed.

    The bits outside may be an overlay.
    """
    allocated, stored = 8 * values.dtype.itemsize, int(elements.BitsStored)
    high = int(elements.get("HighBit", stored - 1) or stored - 1)
    if not stored - 1 <= high < allocated or stored == allocated:
        return values
    return (values << (allocated - 1 - high)) >> (allocated - stored)


def is_encapsulated(data: bytes) -> bool:
    """Return whether the bytes are a chain of items ended by a delimiter: compressed frames, whatever was stated."""
    position = 0
    while position + 8 <= len(data):
        tag, length = unpack_from("<4sI", data, position)
        if tag == SEQUENCE_DELIMITER:
            return position > 0
        if tag != ITEM:
            return False
        position += 8 + length
    return False


def _unpacked_bits(elements: Dataset, transfer_syntax: uid.UID, frame: int) -> NDArray[np.uint8]:
    """Return one frame of 1 bit per pixel as uint8 (rows, columns).

    Frames follow each other without a gap, the lowest bit of a byte first.
    """
    packed = np.frombuffer(elements.PixelData, np.uint8)
    if transfer_syntax == uid.ExplicitVRBigEndian and elements["PixelData"].VR == "OW":
        packed = packed[: len(packed) // 2 * 2].reshape(-1, 2)[:, ::-1].reshape(-1)
    pixels = int(elements.Rows) * int(elements.Columns)
    if int(elements.get("SamplesPerPixel", 1) or 1) != 1:
        raise refusal("cannot-be-decoded")
    start = pixels * frame
    bits = np.unpackbits(packed[start // 8 : (start + pixels) // 8 + 1], bitorder="little")
    return bits[start % 8 :][:pixels].reshape(int(elements.Rows), int(elements.Columns))


def bits_per_frame(elements: Dataset) -> int:
    """Return the number of bits that one frame of native pixel data takes."""
    samples = int(elements.get("SamplesPerPixel", 1) or 1)
    if elements.get("PhotometricInterpretation") == "YBR_FULL_422":
        samples = 2
    return int(elements.Rows) * int(elements.Columns) * samples * int(elements.BitsAllocated)
