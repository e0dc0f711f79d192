"""JPEG that Pillow cannot write: lossless ones, and any with other markers or component identifiers."""

import struct
from io import BytesIO

import numpy as np
import PIL.Image
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from tests.imaging.images import dataset, written

END = b"\xff\xd9"


def segment(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(content) + 2) + content


def adobe(transform: int) -> bytes:
    """APP14 with a colour transform: 0 is none (RGB), 1 is YCbCr."""
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def lossless_jpeg(pixels, bits: int, markers: bytes = b"") -> bytes:
    """Lossless JPEG (ISO 10918-1 annex H), predictor 1, of (rows, columns) or interleaved (rows, columns, 3).

    One Huffman table gives each of the 17 categories of difference a code of 5 bits.
    """
    pixels = np.atleast_3d(np.asarray(pixels)).astype(np.int64)
    rows, columns, samples = pixels.shape
    predicted = np.empty_like(pixels)
    predicted[:, 1:] = pixels[:, :-1]
    predicted[1:, 0] = pixels[:-1, 0]
    predicted[0, 0] = 1 << (bits - 1)
    words = []
    differences = (pixels - predicted + (1 << 15)) % (1 << 16) - (1 << 15)
    for difference in differences.ravel().tolist():
        category = abs(difference).bit_length()
        extra = difference if difference >= 0 else difference + (1 << category) - 1
        words.append(f"{category:05b}" + (f"{extra:0{category}b}" if 0 < category < 16 else ""))
    stream = "".join(words)
    stream += "1" * (-len(stream) % 8)
    data = int(stream, 2).to_bytes(len(stream) // 8).replace(b"\xff", b"\xff\0")
    ids = range(1, samples + 1)
    return (
        b"\xff\xd8"
        + markers
        + segment(0xC3, struct.pack(">BHHB", bits, rows, columns, samples) + b"".join(bytes([i, 0x11, 0]) for i in ids))
        + segment(0xC4, bytes([0, 0, 0, 0, 0, 17, *[0] * 11, *range(17)]))
        + segment(0xDA, bytes([samples]) + b"".join(bytes([i, 0]) for i in ids) + bytes([1, 0, 0]))
        + data
        + END
    )


def lossy_jpeg(pixels, **options) -> bytes:
    """Pillow's JPEG of quality 95."""
    file = BytesIO()
    PIL.Image.fromarray(np.asarray(pixels)).save(file, "JPEG", quality=95, **options)
    return file.getvalue()


def without_markers(jpeg: bytes) -> bytes:
    """The JPEG without its JFIF or Adobe marker."""
    return jpeg[:2] + jpeg[jpeg.find(b"\xff\xdb") :]


def in_dicom(codestream: bytes, syntax: UID, pixels, **attributes) -> bytes:
    """A DICOM file with the description of `pixels` and the codestream as its only frame."""
    elements = dataset(pixels, **attributes)
    elements.file_meta.TransferSyntaxUID = syntax
    elements.PixelData = encapsulate([codestream])
    elements["PixelData"].VR = "OB"
    elements["PixelData"].is_undefined_length = True
    return written(elements)
