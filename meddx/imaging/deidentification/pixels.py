"""Pixels of a DICOM object, decoded and stored anew: nothing but the values of its samples passes.

Compressed streams have room for comments, unused bits for overlays, and the end of Pixel Data for anything.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from meddx.imaging.pixel_data import decode_frame

_FLOATS = {4: "FloatPixelData", 8: "DoubleFloatPixelData"}


def decode_frames(elements: Dataset, transfer_syntax: UID) -> tuple[list[NDArray[Any]], str]:
    """Return the stored values of every frame, and their Photometric Interpretation.

    Raises Refused.
    """
    frames = []
    photometric = ""
    for frame in range(max(int(elements.get("NumberOfFrames", 1) or 1), 1)):
        values, photometric = decode_frame(elements, transfer_syntax, frame)
        frames.append(values)
    return frames, photometric


def store_frames(elements: Dataset, frames: list[NDArray[Any]], photometric: str) -> None:
    """Write frames of one shape and dtype into a data set as native little endian pixel data, and describe them."""
    values = np.stack(frames)
    size = values.dtype.itemsize
    elements.Rows, elements.Columns = values.shape[1:3]
    elements.SamplesPerPixel = values.shape[3] if values.ndim == 4 else 1
    elements.PhotometricInterpretation = photometric
    if values.ndim == 4:
        elements.PlanarConfiguration = 0
    elif "PlanarConfiguration" in elements:
        del elements.PlanarConfiguration
    elements.BitsAllocated = 8 * size
    data = values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
    if values.dtype.kind == "f":
        setattr(elements, _FLOATS[size], data)
        return
    elements.BitsStored = min(int(elements.get("BitsStored", 0) or 8 * size), 8 * size)
    elements.HighBit = elements.BitsStored - 1
    elements.PixelRepresentation = int(values.dtype.kind == "i")
    elements.add_new("PixelData", "OB" if size == 1 else "OW", data + b"\0" * (len(data) % 2))
