"""Copies of an image of the right kind as other archives hold it: of another size, encoding or framing.

Each goes through the bytes of a file and the reader of the product. None of this code is what draws the copies that a
reference is learned from (meddx/evaluate/storage_variants.py).
"""

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, UID, ExplicitVRLittleEndian

from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from meddx.types import Image

LARGEST = 1500
"""Pixels along the longer side of an enlarged copy, at most; a real film has as many."""
SECONDARY_CAPTURE = UID("1.2.840.10008.5.1.4.1.1.7")

Picture = PIL.Image.Image


def copies(image: Image) -> dict[str, Image]:
    """Return every copy of the image, by name."""
    picture = PIL.Image.fromarray(np.rint(255 * display(image)).astype(np.uint8))
    made: dict[str, Callable[[], bytes]] = {
        "half the size": lambda: _png(_resized(picture, 0.5)),
        "twice the size, bilinear": lambda: _png(_resized(picture, 2, PIL.Image.Resampling.BILINEAR)),
        "four times the size, bicubic": lambda: _png(_resized(picture, 4, PIL.Image.Resampling.BICUBIC)),
        "four times the size, nearest neighbour": lambda: _png(_resized(picture, 4, PIL.Image.Resampling.NEAREST)),
        "PNG": lambda: _png(picture),
        **{f"JPEG, quality {quality}": lambda quality=quality: _jpeg(picture, quality) for quality in (95, 75, 50, 30)},
        "twice the size, JPEG, quality 75": lambda: _jpeg(_resized(picture, 2), 75),
        "twice the size, JPEG 2000, 10 to 1, in DICOM": lambda: _jpeg2000(_resized(picture, 2), 10),
        "DICOM, 8 bits": lambda: _dicom(np.asarray(picture), 8),
        "5 % cut from each side": lambda: _png(_cut(picture, 0.05, 0.05)),
        "a fifth of the height cut away": lambda: _png(_cut(picture, 0, 0.1)),
        "black border of 8 % on each side": lambda: _png(_bordered(picture, 0.08)),
    }
    if picture.mode == "L":
        grey = np.asarray(picture, np.float64)
        made["DICOM, 12 bits, window stated"] = lambda: _dicom(_requantized(grey, 12), 12, window=True)
        made["DICOM, 12 bits, no window"] = lambda: _dicom(_requantized(grey, 12), 12)
        made["DICOM, 16 bits, inverted (MONOCHROME1)"] = lambda: _dicom(
            65535 - _requantized(grey, 16), 16, photometric="MONOCHROME1", window=True
        )
    shape = image.pixel_aspect
    return {name: replace(read_image(make()), pixel_aspect=shape) for name, make in made.items()}


def _requantized(grey: NDArray[np.float64], bits: int) -> NDArray[np.uint16]:
    """Return 8-bit grey values at another bit depth, the steps between them filled at random as a detector would."""
    between = np.random.default_rng(int(grey.sum())).uniform(-0.5, 0.5, grey.shape)
    return np.rint(np.clip(grey + between, 0, 255) / 255 * ((1 << bits) - 1)).astype(np.uint16)


def _resized(picture: Picture, factor: float, rule: PIL.Image.Resampling = PIL.Image.Resampling.LANCZOS) -> Picture:
    factor = min(factor, max(1.0, LARGEST / max(picture.size)))
    return picture.resize((round(picture.width * factor), round(picture.height * factor)), rule)


def _cut(picture: Picture, across: float, down: float) -> Picture:
    left, top = round(picture.width * across), round(picture.height * down)
    return picture.crop((left, top, picture.width - left, picture.height - top))


def _bordered(picture: Picture, share: float) -> Picture:
    across, down = round(picture.width * share), round(picture.height * share)
    framed = PIL.Image.new(picture.mode, (picture.width + 2 * across, picture.height + 2 * down))
    framed.paste(picture, (across, down))
    return framed


def _png(picture: Picture) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _jpeg(picture: Picture, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _jpeg2000(picture: Picture, ratio: float) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG2000", no_jp2=True, irreversible=True, quality_mode="rates", quality_layers=[ratio], mct=0)
    return _dicom(np.asarray(picture), 8, codestream=file.getvalue())


def _dicom(
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    bits: int,
    *,
    photometric: str = "MONOCHROME2",
    window: bool = False,
    codestream: bytes | None = None,
) -> bytes:
    """Return a secondary capture of these pixels; window: of the full range of the bits, stated."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if codestream is None else JPEG2000
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = SECONDARY_CAPTURE
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = UID("2.25.1")
    dataset.Modality = "OT"
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
    dataset.PhotometricInterpretation = photometric if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = bits, bits - 1, 0
    dataset.BitsAllocated = 8 if bits == 8 else 16
    if window:
        dataset.WindowCenter, dataset.WindowWidth = str(1 << (bits - 1)), str(1 << bits)
    raw = pixels.tobytes()
    dataset.PixelData = raw + b"\0" * (len(raw) % 2) if codestream is None else encapsulate([codestream])
    if codestream is not None:
        dataset.LossyImageCompression = "01"
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()
