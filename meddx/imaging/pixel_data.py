"""Decoding of one frame of Pixel Data to stored values: PS3.5 section 8 and annex A."""

from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.decoders.base import get_decoder

from meddx.errors import Refused
from meddx.imaging.codestream_header import Codestream, codestream_header, is_rle
from meddx.imaging.jpeg2000 import is_irreversible, refuse_tiles
from meddx.imaging.jpeg_complete import ends_evenly, refuse_cut_end, refuse_incomplete
from meddx.imaging.jpeg_lossy import decode_lossy
from meddx.imaging.jpeg_structure import END_OF_IMAGE, LOSSLESS, jpeg_structure
from meddx.imaging.native import NATIVE, decode_native, significant_bits
from meddx.imaging.refusals import refusal, refuse_too_many_pixels

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
"""Decoders in order of preference: the fastest that keeps every bit first."""

RUST_PANIC = "PanicException"
"""What pylibjpeg-rle raises when a segment decodes to too many bytes: no Exception, and exported by no module."""

MOST_PADDING = 4
"""Zero bytes before the end marker of a JPEG-LS that are tried as padding."""

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
    """Return the stored values of one frame, and their Photometric Interpretation.

    Grey (rows, columns), colour (rows, columns, 3); the dtype that Bits Allocated and Pixel Representation ask for,
    with bits outside Bits Stored gone; colour is RGB wherever the file said YBR. Raises Refused.
    """
    refuse_transfer_syntax(transfer_syntax)
    if transfer_syntax in NATIVE:
        return decode_native(elements, transfer_syntax, frame)
    encoded = _encoded_frame(elements, frame)
    if transfer_syntax == uid.RLELossless:
        if not is_rle(encoded, _samples(elements) * int(elements.BitsAllocated) // 8):
            raise refusal("cannot-be-decoded")
        values, photometric = _decoded(elements, transfer_syntax, encoded)
        return significant_bits(values, elements), photometric
    precision = _checked_codestream(encoded, elements, transfer_syntax).precision
    stated, elements = elements, _as_coded(elements, precision)
    if transfer_syntax in uid.JPEG2000TransferSyntaxes:
        refuse_tiles(encoded)
        values, photometric = _decoded(elements, transfer_syntax, encoded)
        lossy = is_irreversible(encoded)
    elif transfer_syntax in uid.JPEGLSTransferSyntaxes:
        values, photometric = _decode_jpeg_ls(elements, transfer_syntax, encoded)
        lossy = transfer_syntax in LOSSY
    else:
        values, photometric = _decode_jpeg(elements, encoded)
        lossy = False
    if precision > int(stated.BitsStored):
        values = (_clipped if lossy else significant_bits)(values, stated)
    return values, photometric


def _as_coded(elements: Dataset, precision: int) -> Dataset:
    """Return the description of the pixels with the bit depth and sample order of the codestream.

    The codestream's header decides (PS3.5 8.2).
    Some decoders mask what lies above Bits Stored.
    """
    coded = _description(elements)
    if precision > int(elements.BitsStored):
        coded.BitsStored, coded.HighBit = precision, precision - 1
    if _samples(elements) > 1:
        coded.PlanarConfiguration = 0  # what the file states is for native data
    return coded


def _description(elements: Dataset) -> Dataset:
    """Return a copy of the attributes that describe the pixels, which may be changed while the data set stays."""
    return Dataset({element.tag: copy(element) for element in elements.group_dataset(0x0028)})


def _encoded_frame(elements: Dataset, frame: int) -> bytes:
    try:
        frames = int(elements.get("NumberOfFrames", 1) or 1)
        encoded = get_frame(elements.PixelData, frame, number_of_frames=frames, **_offsets(elements))
    except Exception:
        raise refusal("cannot-be-decoded") from None
    if not encoded:  # what dataset.py leaves of a frame that the end of the file cuts
        raise refusal("truncated")
    return encoded


def _decoded(elements: Dataset, transfer_syntax: uid.UID, encoded: bytes) -> tuple[NDArray[Any], str]:
    """Return the values of one encoded frame and their Photometric Interpretation, from the first usable decoder."""
    single = _description(elements)
    single.NumberOfFrames = 1
    single.PixelData = encapsulate([encoded])
    decoder, options = get_decoder(transfer_syntax), dict[str, Any](correct_unused_bits=False)
    for plugin in PLUGINS[transfer_syntax]:
        try:
            values, described = decoder.as_array(single, index=0, decoding_plugin=plugin, **options)
        except BaseException as failure:  # the next plugin may read it
            if isinstance(failure, Exception) or type(failure).__name__ == RUST_PANIC:
                continue
            raise
        return values, str(described["photometric_interpretation"])
    raise refusal("cannot-be-decoded")


def _decode_jpeg(elements: Dataset, encoded: bytes) -> tuple[NDArray[Any], str]:
    """Decode a JPEG by the process its codestream states: lossy of 8 bits, lossy of 12 bits, or lossless."""
    jpeg = jpeg_structure(encoded)
    if jpeg is None:
        raise refusal("cannot-be-decoded")
    lossless = jpeg.process == LOSSLESS
    if jpeg.precision == 8 and not lossless:
        values = decode_lossy(encoded, jpeg, str(elements.PhotometricInterpretation))
        return values, "RGB" if values.ndim == 3 else str(elements.PhotometricInterpretation)
    refuse_incomplete(encoded, jpeg)
    syntax = uid.JPEGLossless if lossless else uid.JPEGExtended12Bit
    values, photometric = _decoded(elements, syntax, encoded)
    if ends_evenly(values, lossless=lossless):
        refuse_cut_end(encoded, jpeg, values, lambda other: _decoded(elements, syntax, other)[0])
    return values, photometric


def _decode_jpeg_ls(elements: Dataset, transfer_syntax: uid.UID, encoded: bytes) -> tuple[NDArray[Any], str]:
    """Decode a JPEG-LS frame, which CharLS refuses when any part of it is missing.

    Without an end marker CharLS may first count zero bits for half a minute. It takes zero bytes before the marker, as
    in some of NEMA's test images, for damage.
    """
    jpeg = jpeg_structure(encoded)
    if jpeg is None:
        raise refusal("cannot-be-decoded")
    if not jpeg.ended:
        raise refusal("cannot-be-decoded" if encoded.rstrip(b"\0").endswith(END_OF_IMAGE) else "truncated")
    end = jpeg.scans[-1].end
    padding = end - len(encoded[:end].rstrip(b"\0"))
    for zeros in range(min(padding, MOST_PADDING) + 1):
        try:
            return _decoded(elements, transfer_syntax, encoded[: end - zeros] + END_OF_IMAGE)
        except Refused:
            continue
    raise refusal("cannot-be-decoded")


def _clipped(values: NDArray[Any], elements: Dataset) -> NDArray[Any]:
    """Return lossy values clipped to the range of Bits Stored, so that overshoot does not wrap around.

    Values far outside the range are no overshoot of a lossy codec: other bits were stored above them, or the sign was
    not.
    Of these the significant bits are returned.
    """
    stored = int(elements.BitsStored)
    low, high = (-(1 << (stored - 1)), (1 << (stored - 1)) - 1) if values.dtype.kind == "i" else (0, (1 << stored) - 1)
    if int(values.max()) - high > (high - low) // 8:
        return significant_bits(values, elements)
    clipped: NDArray[Any] = np.clip(values, low, high)
    return clipped


def _checked_codestream(encoded: bytes, elements: Dataset, transfer_syntax: uid.UID) -> Codestream:
    """Return the header of a compressed frame after checking it against Rows and Columns.

    Runs before any decoder sees the frame. Raises Refused where they disagree.
    """
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
    if size != (elements.Rows, elements.Columns, _samples(elements)) or header.precision > int(elements.BitsAllocated):
        raise refusal("cannot-be-decoded")
    return header


def _samples(elements: Dataset) -> int:
    return int(elements.get("SamplesPerPixel", 1) or 1)


def _offsets(elements: Dataset) -> dict[str, Any]:
    if "ExtendedOffsetTable" in elements and "ExtendedOffsetTableLengths" in elements:
        return {"extended_offsets": (elements.ExtendedOffsetTable, elements.ExtendedOffsetTableLengths)}
    return {}
