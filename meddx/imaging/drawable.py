"""A film as the browser's viewer takes it: 16-bit grey or 8-bit colour, compressed for the way."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.imaging.grayscale import full_range
from meddx.types import DrawableFilm, Film

DEEPEST = 65535


def drawable(film: Film) -> DrawableFilm:
    """The film ready to draw; stored * slope + intercept gives a grey value in modality units.

    Exact whenever the values lie on a grid of at most 65536 steps, as the file's own 16 bits do; else within half a
    65535th of the film's range.
    """
    slope, intercept = 1.0, 0.0
    samples: NDArray[Any] = film.values
    if not film.is_colour:
        samples, slope, intercept = _quantized(film)
    rows, columns = film.values.shape[:2]
    return DrawableFilm(
        pixels=_gzip(samples),
        rows=rows,
        columns=columns,
        channels=3 if film.is_colour else 1,
        slope=slope,
        intercept=intercept,
        window=None if film.is_colour else film.window or full_range(film.values),
        voi_lut=film.voi_lut,
        inverted=film.inverted,
        pixel_aspect=film.pixel_aspect,
        frame=film.frame,
        frames=film.frames,
        format=film.format,
        bits_stored=film.bits_stored,
        modality=film.modality,
        body_part=film.body_part,
        view=film.view,
        transfer_syntax=film.transfer_syntax,
        synthetic=film.synthetic,
        notes=film.notes,
    )


def undrawn(drawn: DrawableFilm, step: int = 1) -> Film:
    """The film again, every `step`-th row and column of it: what drawable() was given, to the precision it keeps."""
    samples = np.frombuffer(zlib.decompress(drawn.pixels, 16 + zlib.MAX_WBITS), "<u2" if drawn.channels == 1 else "u1")
    values: NDArray[Any] = samples.reshape(drawn.rows, drawn.columns, -1)[::step, ::step]
    if drawn.channels == 1:
        values = values[..., 0].astype(np.float32) * np.float32(drawn.slope) + np.float32(drawn.intercept)
    return Film(
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
    )


def _gzip(samples: NDArray[Any]) -> bytes:
    """The noise of a film holds no repeats worth searching for: coding runs only halves the time of level 1."""
    compressor = zlib.compressobj(level=1, wbits=16 + zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    return compressor.compress(np.ascontiguousarray(samples).data) + compressor.flush()


def _quantized(film: Film) -> tuple[NDArray[np.uint16], float, float]:
    """Grey values as little-endian uint16 with the slope and intercept that undo it."""
    values = film.values
    low, high = float(values.min()), float(values.max())
    steps = (1 << min(film.bits_stored, 16)) - 1
    file_slope = (film.value_range[1] - film.value_range[0]) / steps
    for slope in (1.0, file_slope):
        if slope > 0 and high - low <= DEEPEST * slope:
            stored = _on_grid(values, slope, low)
            if stored is not None:
                return stored, slope, low
    slope = (high - low) / DEEPEST or 1.0
    return np.rint((values - np.float32(low)) / np.float32(slope)).astype("<u2"), slope, low


def _on_grid(values: NDArray[Any], slope: float, low: float) -> NDArray[np.uint16] | None:
    """(values - low) / slope as uint16 when all are whole numbers to float32's precision, else None."""
    steps = values - np.float32(low)
    if slope != 1:
        steps /= np.float32(slope)
    stored = np.rint(steps)
    if stored.max() == 0 and steps.max() > 0:  # the grid is coarser than the film's whole range
        return None
    tolerance = 0.0 if slope == 1 else 0.01
    return stored.astype("<u2") if np.abs(steps - stored).max() <= tolerance else None
