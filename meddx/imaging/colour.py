"""The colour part of the pixel pipeline: any depth to 8 bits, colours of an ICC profile to sRGB (PS3.3 C.11.15)."""

from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageCms

LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of R, G, B in grey, ITU-R BT.601."""

PROFILE_NOTE = "Its colour profile cannot be used, so colours are shown as stored."


def to_8_bits(values: NDArray[Any], bits_stored: int) -> NDArray[np.uint8]:
    """Return unsigned samples of `bits_stored` bits as uint8, full scale mapped to full scale."""
    if bits_stored == 8 and values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    highest = np.float32((1 << bits_stored) - 1)
    return np.clip(np.rint(values * (np.float32(255) / highest)), 0, 255).astype(np.uint8)


def to_srgb(image: PIL.Image.Image, profile: bytes) -> tuple[PIL.Image.Image, bool]:
    """Return the image (grey, RGB or CMYK) as sRGB, and whether its profile could be used.

    Without a usable profile the image is converted plainly to RGB.
    """
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image.convert("RGB"), False
    return (converted, True) if converted is not None else (image.convert("RGB"), False)


def grey_curve(profile: bytes) -> NDArray[np.float64] | None:
    """Return the sRGB values that a profile gives the greys 0 to 255, None where it is unusable.

    The curve is float64 (256,) in [0, 255].
    A profile for RGB is taken at equal red, green and blue; one that changes no grey by more than rounding is sRGB.
    """
    greys = np.arange(256, dtype=np.uint8)[np.newaxis]
    try:
        space = ImageCms.ImageCmsProfile(BytesIO(profile)).profile.xcolor_space.strip()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    ramp = PIL.Image.fromarray(greys)
    converted, used = to_srgb(ramp if space == "GRAY" else ramp.convert("RGB"), profile)
    if not used:
        return None
    curve = np.asarray(converted)[0, :, 1].astype(np.float64)
    return np.arange(256.0) if np.abs(curve - greys[0]).max() <= 1 else curve


def luminance(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the luminance (rows, columns) of a colour image (rows, columns, 3), both float32 in [0, 1]."""
    grey: NDArray[np.float32] = colour @ np.asarray(LUMINANCE, dtype=np.float32)
    return grey
