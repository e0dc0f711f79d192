"""Decoding of PNG and JPEG files to an Image, through Pillow."""

from typing import Any, Literal

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.automatic_window import automatic_window
from meddx.imaging.colour import PROFILE_NOTE, grey_curve, to_srgb
from meddx.imaging.jpeg_lossy import open_jpeg
from meddx.imaging.png import deep_grey, is_deep_grey, open_png
from meddx.imaging.png_chunks import sound_png
from meddx.imaging.png_colour import stated_exponent
from meddx.imaging.refusals import refusal
from meddx.types import Image, Window

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
ENDS = {"PNG": b"IEND\xae\x42\x60\x82", "JPEG": b"\xff\xd9"}
ORIENTATION = 0x0112
TRANSPARENT_NOTE = "Transparent parts of the image are shown as black."
AS_SAVED = Window(127.5, 255.0, "LINEAR_EXACT")
"""8 bits were windowed before they were saved: 0 is black and 255 white, whatever the image's own extremes."""


def read_raster(data: bytes, kind: Literal["PNG", "JPEG"], frame: int = 0) -> Image:
    """Decode a PNG (8 or 16 bits) or JPEG.

    Colour whose channels are all equal is read as the grey image it is.
    Raises Refused.
    """
    if frame != 0:
        raise Refused(
            "frame-out-of-range", f"A {kind} image has 1 frame and frame {frame + 1} was asked for: choose the first."
        )
    try:
        data, notes = sound_png(data) if kind == "PNG" else (data, ("The image was lossy compressed.",))
        with open_jpeg(data) if kind == "JPEG" else open_png(data) as image:
            return _image(image, kind, data, list(notes))
    except Refused:
        raise
    except PIL.Image.DecompressionBombError:
        raise Refused("too-many-pixels", f"The {kind} image has too many pixels: send a smaller one.") from None
    except Exception:  # Pillow names no base class for what broken bytes raise, and its text may quote them
        raise refusal("cannot-be-decoded" if ENDS[kind] in data[-65536:] else "truncated") from None


def _image(image: PIL.Image.Image, kind: Literal["PNG", "JPEG"], data: bytes, notes: list[str]) -> Image:
    exponent, remarks = stated_exponent(data) if kind == "PNG" else (1.0, ())
    notes += remarks
    values: NDArray[Any]
    bits_stored, window = 8, None
    if kind == "PNG" and is_deep_grey(data):
        values, bits_stored = deep_grey(image, data), 16
        values, window = _deep(values, image.info, exponent, notes)
    elif image.mode in ("1", "L", "LA"):
        values = _grey(image, exponent, notes)
    else:
        values = _colour(image, exponent, notes)
    values = _upright(values, image.getexif().get(ORIENTATION, 1))
    if values.ndim == 3 and _is_grey(values):
        values = values[..., 0]
    if values.ndim == 2:
        values = values.astype(np.float32)
        window = window or (AS_SAVED if bits_stored == 8 else None)
    text = getattr(image, "text", {})
    return Image(
        values=np.ascontiguousarray(values),
        format=kind,
        bits_stored=bits_stored,
        value_range=(0.0, float((1 << bits_stored) - 1)),
        window=window,
        synthetic=str(text.get("Synthetic", "")).strip().upper() == "YES",
        notes=tuple(notes),
    )


def _deep(
    samples: NDArray[np.uint16], info: dict[Any, Any], exponent: float, notes: list[str]
) -> tuple[NDArray[Any], Window | None]:
    """Return 16-bit grey with its profile or exponent applied and without alpha, and the window of its opaque part.

    samples: (rows, columns), or with alpha (rows, columns, 2). Transparent pixels take the lowest opaque value, so that
    they are black and do not affect the contrast. The window is None where nothing or everything is transparent.
    """
    values = samples if samples.ndim == 2 else samples[..., 0]
    key = info.get("transparency")
    transparent = samples[..., 1] < 0x8000 if samples.ndim == 3 else np.zeros(values.shape, dtype=np.bool_)
    if samples.ndim == 2 and isinstance(key, int):
        transparent = values == key
    curve = _curve(info, exponent, 1 << 16, notes)
    if curve is not None:
        values = curve.astype(np.uint16).take(values)
    if not transparent.any():
        return values, None
    notes.append(TRANSPARENT_NOTE)
    window = automatic_window(values.astype(np.float32), transparent)
    return np.where(transparent, values[~transparent].min() if window else 0, values), window


def _grey(image: PIL.Image.Image, exponent: float, notes: list[str]) -> NDArray[np.uint8]:
    """Return 8-bit grey (rows, columns) with its profile or exponent applied, transparent parts blended onto black."""
    values = np.asarray(image.getchannel("L") if image.mode == "LA" else image.convert("L"))
    curve, key = _curve(image.info, exponent, 256, notes), image.info.get("transparency")
    shown = values if curve is None else curve.astype(np.uint8).take(values)
    opacity = np.asarray(image.getchannel("A")) if image.mode == "LA" else None
    if opacity is None and isinstance(key, int):
        opacity = np.where(values == key, 0, 255).astype(np.uint8)
    if opacity is None or opacity.min() == 255:
        return shown
    notes.append(TRANSPARENT_NOTE)
    return np.rint(shown * (opacity / 255)).astype(np.uint8)


def _curve(info: dict[Any, Any], exponent: float, levels: int, notes: list[str]) -> NDArray[np.float64] | None:
    """Return what the profile, or without one the exponent, makes of so many greys; None for nothing.

    The values are whole, in [0, levels - 1].
    """
    profile = info.get("icc_profile")
    if not profile:
        return None if exponent == 1 else np.rint(np.linspace(0, 1, levels) ** exponent * (levels - 1))
    curve = grey_curve(profile)
    if curve is None:
        notes.append(PROFILE_NOTE)
        return None
    step = (levels - 1) / 255
    return np.rint(np.interp(np.arange(levels), np.arange(256) * step, curve * step))


def _colour(image: PIL.Image.Image, exponent: float, notes: list[str]) -> NDArray[np.uint8]:
    """Return 8-bit sRGB (rows, columns, 3) with transparent parts blended onto black."""
    profile = image.info.get("icc_profile")
    if "transparency" in image.info or image.mode in ("PA", "RGBA", "La", "RGBa"):
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            notes.append(TRANSPARENT_NOTE)
        black = PIL.Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = PIL.Image.alpha_composite(black, image).convert("RGB")
    elif image.mode not in ("RGB", "CMYK"):
        image = image.convert("RGB")
    if profile:
        image, used = to_srgb(image, profile)
        if not used:
            notes.append(PROFILE_NOTE)
    values = np.asarray(image.convert("RGB"))
    curve = None if profile else _curve({}, exponent, 256, notes)
    return values if curve is None else curve.astype(np.uint8).take(values)


def _is_grey(values: NDArray[np.uint8]) -> bool:
    red, green, blue = (values[..., channel] for channel in range(3))
    return bool(np.array_equal(red, green) and np.array_equal(red, blue))


def _upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return the values with the EXIF Orientation (TIFF 6.0 tag 274) undone.

    The orientation states where row 0 and column 0 of the stored image are meant to be.
    """
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values
