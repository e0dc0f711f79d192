"""PNG and JPEG to a Image, through Pillow."""

from io import BytesIO
from typing import Any, Literal

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.colour import PROFILE_NOTE, to_srgb
from meddx.imaging.refusals import refusal, refuse_too_many_pixels
from meddx.types import Image, Window

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
ENDS = {"PNG": b"IEND\xae\x42\x60\x82", "JPEG": b"\xff\xd9"}
ORIENTATION = 0x0112
AS_SAVED = Window(127.5, 255.0, "LINEAR_EXACT")
"""8 bits were windowed before they were saved: 0 is black and 255 white, whatever the image's own extremes."""


def read_raster(data: bytes, kind: Literal["PNG", "JPEG"], frame: int = 0) -> Image:
    """Decode a PNG (8 or 16 bits) or JPEG. Colour whose channels are all equal is read as the grey image it is.

    Raises Refused.
    """
    if frame != 0:
        raise Refused("frame-out-of-range", f"A {kind} image has 1 frame and frame {frame + 1} was asked for.")
    try:
        with PIL.Image.open(BytesIO(data), formats=[kind]) as image:
            refuse_too_many_pixels(image.height, image.width)
            image.load()
            return _image(image, kind)
    except Refused:
        raise
    except PIL.Image.DecompressionBombError:
        raise Refused("too-many-pixels", f"The {kind} image has too many pixels: send a smaller one.") from None
    except Exception:  # Pillow names no base class for what broken bytes raise, and its text may quote them
        raise refusal("cannot-be-decoded" if ENDS[kind] in data[-65536:] else "truncated") from None


def _image(image: PIL.Image.Image, kind: Literal["PNG", "JPEG"]) -> Image:
    notes = ["The image was lossy compressed."] if kind == "JPEG" else []
    values: NDArray[Any]
    if image.mode.startswith("I"):
        values, bits_stored = np.asarray(image), 16
    else:
        values, bits_stored = _samples(image, notes), 8
    values = _upright(values, image.getexif().get(ORIENTATION, 1))
    if values.ndim == 3 and _is_grey(values):
        values = values[..., 0]
    if values.ndim == 2:
        values = values.astype(np.float32)
    text = getattr(image, "text", {})
    return Image(
        values=np.ascontiguousarray(values),
        format=kind,
        bits_stored=bits_stored,
        value_range=(0.0, float((1 << bits_stored) - 1)),
        window=AS_SAVED if bits_stored == 8 and values.ndim == 2 else None,
        synthetic=str(text.get("Synthetic", "")).strip().upper() == "YES",
        notes=tuple(notes),
    )


def _samples(image: PIL.Image.Image, notes: list[str]) -> NDArray[np.uint8]:
    """Grey (rows, columns) or sRGB (rows, columns, 3) of 8 bits; transparent parts on black, as an image's are."""
    profile = image.info.get("icc_profile")
    transparent = "transparency" in image.info or image.mode in ("LA", "PA", "RGBA", "La", "RGBa")
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    if transparent:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            notes.append("Transparent parts of the image are shown as black.")
        black = PIL.Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = PIL.Image.alpha_composite(black, image).convert("RGB")
    elif image.mode not in ("RGB", "CMYK"):
        image = image.convert("RGB")
    if profile:
        image, used = to_srgb(image, profile)
        if not used:
            notes.append(PROFILE_NOTE)
    return np.asarray(image.convert("RGB"))


def _is_grey(values: NDArray[np.uint8]) -> bool:
    red, green, blue = (values[..., channel] for channel in range(3))
    return bool(np.array_equal(red, green) and np.array_equal(red, blue))


def _upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo the EXIF Orientation (TIFF 6.0 tag 274): where row 0 and column 0 of the stored image are meant to be."""
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values
