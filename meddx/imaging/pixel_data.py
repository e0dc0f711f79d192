"""One frame of Pixel Data to stored values: PS3.5 section 8 and annex A."""

from typing import Any

from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder

from meddx.errors import Refused
from meddx.imaging.codestream_header import codestream_header, is_rle
from meddx.imaging.dataset import PIXEL_KEYWORDS
from meddx.imaging.refusals import refusal, refuse_too_many_pixels

NATIVE = (
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
)
PLUGINS: dict[uid.UID, tuple[str, ...]] = {
    uid.JPEGBaseline8Bit: ("pillow",),
    uid.JPEGExtended12Bit: ("pillow", "meddx"),
    uid.JPEGLossless: ("gdcm",),
    uid.JPEGLosslessSV1: ("gdcm",),
    uid.JPEGLSLossless: ("pyjpegls",),
    uid.JPEGLSNearLossless: ("pyjpegls",),
    uid.JPEG2000Lossless: ("pylibjpeg",),
    uid.JPEG2000: ("pylibjpeg",),
    uid.HTJ2KLossless: ("pylibjpeg",),
    uid.HTJ2KLosslessRPCL: ("pylibjpeg",),
    uid.HTJ2K: ("pylibjpeg",),
    uid.RLELossless: ("pylibjpeg", "pydicom"),
}
"""Decoders in the order of trust: the fastest that keeps every bit first."""

RUST_PANIC = "PanicException"
"""What pylibjpeg-rle raises when a segment unfolds to more than its share: no Exception, and exported by no module."""

LOSSY = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless)
"""Transfer syntaxes that cannot be lossless; the others say so in Lossy Image Compression (0028,2110)."""


get_decoder(uid.JPEGExtended12Bit).add_plugin("meddx", ("meddx.imaging.jpeg_extended", "_decode_frame"))


def refuse_transfer_syntax(transfer_syntax: uid.UID) -> None:
    """Raise Refused "unsupported-transfer-syntax", with its DICOM name, when there is no decoder for it."""
    if transfer_syntax in NATIVE or transfer_syntax in PLUGINS:
        return
    registered = transfer_syntax.is_transfer_syntax and not transfer_syntax.is_private
    name = transfer_syntax.name if registered else "a private or unknown transfer syntax"
    raise Refused(
        "unsupported-transfer-syntax",
        f"The pixels are stored as {name}, which has no decoder here: export the image uncompressed.",
    )


def decode_frame(elements: Dataset, transfer_syntax: uid.UID, frame: int) -> tuple[NDArray[Any], str]:
    """Stored values of one frame, and the Photometric Interpretation they are left in.

    Grey (rows, columns), colour (rows, columns, 3); the dtype that Bits Allocated and Pixel Representation ask for,
    with bits outside Bits Stored gone; colour is RGB wherever the file said YBR. Raises Refused.
    """
    refuse_transfer_syntax(transfer_syntax)
    if transfer_syntax in NATIVE:
        _refuse_short(elements, frame)
    else:
        _refuse_codestream(elements, transfer_syntax, frame)
    decoder = get_decoder(transfer_syntax)
    own_bits = transfer_syntax in NATIVE or transfer_syntax == uid.RLELossless
    options: dict[str, Any] = {"correct_unused_bits": False} if own_bits else {}
    if transfer_syntax in NATIVE:
        options["view_only"] = True
    for plugin in PLUGINS.get(transfer_syntax, ("",)):
        try:
            values, described = decoder.as_array(elements, index=frame, decoding_plugin=plugin, **options)
        except BaseException as failure:  # the next plugin may read it
            if isinstance(failure, Exception) or type(failure).__name__ == RUST_PANIC:
                continue
            raise
        if own_bits and "PixelData" in elements:
            values = significant_bits(values, elements)
        return values, str(described["photometric_interpretation"])
    raise refusal("cannot-be-decoded")


def significant_bits(values: NDArray[Any], elements: Dataset) -> NDArray[Any]:
    """The Bits Stored bits that end at High Bit, sign-extended where signed: what lies outside may be an overlay."""
    allocated, stored = int(elements.BitsAllocated), int(elements.BitsStored)
    high = int(elements.get("HighBit", stored - 1) or stored - 1)
    if not stored - 1 <= high < allocated or allocated < 8 or stored == allocated:
        return values
    return (values << (allocated - 1 - high)) >> (allocated - stored)


def _refuse_short(elements: Dataset, frame: int) -> None:
    """Refuse native pixel data with fewer bytes than its frames need."""
    for keyword in PIXEL_KEYWORDS:
        if keyword in elements:
            actual = len(elements[keyword].value or b"")
    samples = int(elements.get("SamplesPerPixel", 1) or 1)
    if elements.get("PhotometricInterpretation") == "YBR_FULL_422":
        samples = 2
    frames = max(int(elements.get("NumberOfFrames", 1) or 1), frame + 1)
    bits = int(elements.Rows) * int(elements.Columns) * samples * int(elements.BitsAllocated) * frames
    if actual * 8 < bits:
        raise refusal("truncated")


def _refuse_codestream(elements: Dataset, transfer_syntax: uid.UID, frame: int) -> None:
    """Refuse a compressed frame whose own header disagrees with Rows and Columns, before any decoder sees it."""
    samples = int(elements.get("SamplesPerPixel", 1) or 1)
    try:
        frames = int(elements.get("NumberOfFrames", 1) or 1)
        encoded = get_frame(elements.PixelData, frame, number_of_frames=frames, **_offsets(elements))
    except Exception:
        raise refusal("cannot-be-decoded") from None
    if transfer_syntax == uid.RLELossless:
        if not is_rle(encoded, samples * int(elements.BitsAllocated) // 8):
            raise refusal("cannot-be-decoded")
        return
    header = codestream_header(encoded, transfer_syntax)
    if header is None:
        raise refusal("cannot-be-decoded")
    refuse_too_many_pixels(header.rows, header.columns)
    if header.rows * header.columns > int(elements.Rows) * int(elements.Columns):
        raise Refused(
            "too-many-pixels",
            "The compressed image is larger than the Rows and Columns of its file: export it again, uncompressed.",
        )
    size = (header.rows, header.columns, header.samples)
    if size != (elements.Rows, elements.Columns, samples) or header.precision > int(elements.BitsAllocated):
        raise refusal("cannot-be-decoded")


def _offsets(elements: Dataset) -> dict[str, Any]:
    if "ExtendedOffsetTable" in elements and "ExtendedOffsetTableLengths" in elements:
        return {"extended_offsets": (elements.ExtendedOffsetTable, elements.ExtendedOffsetTableLengths)}
    return {}
