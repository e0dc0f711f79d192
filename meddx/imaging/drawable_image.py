"""Conversion between an Image and the compressed 16-bit grey or 8-bit colour form that the browser's viewer draws."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.imaging.windowing import full_range_window
from meddx.types import DrawableImage, Image

DEEPEST = 65535
_TRIED_ROWS = 16
_WORTH = 0.6
"""An image that compression leaves larger than so much of its size is not compressed."""


def to_drawable(image: Image) -> DrawableImage:
    """Return the image in the form that the viewer draws.

    stored * slope + intercept gives a grey value in modality units.
    Exact whenever the values lie on a grid of at most 65536 steps, as the file's own 16 bits do; else within half a
    65535th of the image's range.
    """
    slope, intercept = 1.0, 0.0
    samples: NDArray[Any] = image.values
    if not image.is_colour:
        samples, slope, intercept = _quantized(image)
    rows, columns = image.values.shape[:2]
    return DrawableImage(
        pixels=_gzip(samples),
        rows=rows,
        columns=columns,
        channels=3 if image.is_colour else 1,
        slope=slope,
        intercept=intercept,
        window=None if image.is_colour else image.window or full_range_window(image.values),
        voi_lut=image.voi_lut,
        inverted=image.inverted,
        pixel_aspect=image.pixel_aspect,
        frame=image.frame,
        frames=image.frames,
        format=image.format,
        bits_stored=image.bits_stored,
        modality=image.modality,
        body_part=image.body_part,
        view=image.view,
        transfer_syntax=image.transfer_syntax,
        synthetic=image.synthetic,
        notes=image.notes,
        spacing=image.spacing,
        measured_at=image.measured_at,
    )


def from_drawable(drawn: DrawableImage, step: int = 1) -> Image:
    """Return the image that to_drawable() was given, reduced to every `step`-th row and column.

    Grey values have the precision that to_drawable() keeps; value_range is that of the values returned.
    """
    samples = np.frombuffer(zlib.decompress(drawn.pixels, 16 + zlib.MAX_WBITS), "<u2" if drawn.channels == 1 else "u1")
    values: NDArray[Any] = samples.reshape(drawn.rows, drawn.columns, -1)[::step, ::step]
    if drawn.channels == 1:
        values = values[..., 0].astype(np.float32) * np.float32(drawn.slope) + np.float32(drawn.intercept)
    return Image(
        values=values,
        format=drawn.format,
        bits_stored=drawn.bits_stored,
        value_range=(float(values.min()), float(values.max())),
        window=drawn.window,
        voi_lut=drawn.voi_lut,
        inverted=drawn.inverted,
        pixel_aspect=drawn.pixel_aspect,
        frame=drawn.frame,
        frames=drawn.frames,
        modality=drawn.modality,
        body_part=drawn.body_part,
        view=drawn.view,
        transfer_syntax=drawn.transfer_syntax,
        synthetic=drawn.synthetic,
        notes=drawn.notes,
        spacing=drawn.spacing,
        measured_at=drawn.measured_at,
    )


def _gzip(samples: NDArray[Any]) -> bytes:
    """Return the samples as gzip, compressed where that saves much of their size, else as they are.

    The noise of an image has few repeats worth searching for: coding only runs takes half the time of level 1. That is
    still most of the time of a CT slice, of which it saves a quarter; to inflate it takes the browser as long again.
    """
    level = 1 if _is_compressible(samples) else 0
    compressor = zlib.compressobj(level=level, wbits=16 + zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    return compressor.compress(np.ascontiguousarray(samples).data) + compressor.flush()


def _is_compressible(samples: NDArray[Any]) -> bool:
    """Return whether compression saves much of some rows from all over the image."""
    rows = samples[:: max(1, samples.shape[0] // _TRIED_ROWS)]
    tried = np.ascontiguousarray(rows).tobytes()
    compressor = zlib.compressobj(level=1, strategy=zlib.Z_RLE)
    return len(compressor.compress(tried) + compressor.flush()) < _WORTH * len(tried)


def _quantized(image: Image) -> tuple[NDArray[np.uint16], float, float]:
    """Return the grey values as little-endian uint16, with the slope and intercept that restore them."""
    values = image.values
    low, high = float(values.min()), float(values.max())
    steps = (1 << min(image.bits_stored, 16)) - 1
    file_slope = (image.value_range[1] - image.value_range[0]) / steps
    for slope in (1.0, file_slope):
        if slope > 0 and high - low <= DEEPEST * slope:
            stored = _on_grid(values, slope, low)
            if stored is not None:
                return stored, slope, low
    slope = (high - low) / DEEPEST or 1.0
    return np.rint((values - np.float32(low)) / np.float32(slope)).astype("<u2"), slope, low


def _on_grid(values: NDArray[Any], slope: float, low: float) -> NDArray[np.uint16] | None:
    """Return (values - low) / slope as uint16 when all are whole numbers to float32's precision, else None."""
    steps = values - np.float32(low)
    if slope != 1:
        steps /= np.float32(slope)
    stored = np.rint(steps)
    if stored.max() == 0 and steps.max() > 0:  # the grid is coarser than the image's whole range
        return None
    tolerance = 0.0 if slope == 1 else 0.01
    return stored.astype("<u2") if np.abs(steps - stored).max() <= tolerance else None
