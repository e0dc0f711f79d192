"""Keep what a reader measures in the viewer with the film and frame, until the session ends.

The browser draws and names each image "ID FRAME"; it reports every image on which something was changed, and gets back
what is kept. So nothing is lost when the page is left or loaded again.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from meddx.imaging.measurements import LINES, DrawnLine, Measurement
from pages.ui.common.session import Session, SessionCase

MOST = 50
"""Measurements kept on a frame."""
_FARTHEST = 1e6
"""Columns or rows: no image is larger."""

Measures = dict[str, list[dict[str, Any]]]
"""Name of an image -> its measurements as the viewer's script has them."""


def kept_measures(frames: Sequence[tuple[SessionCase, int]]) -> Measures:
    """Return what is kept of these frames, those without any left out."""
    return {
        f"{case.id} {frame}": [_sent(one) for one in case.measurements[frame]]
        for case, frame in frames
        if case.measurements.get(frame)
    }


def keep_measures(images: Session, reported: object) -> None:
    """Keep what the browser reports, in place of what was; images that are gone and what breaks its form are left out.

    A frame is measured once it has been drawn, so one without a scale is left out, too.
    """
    for name, measures in reported.items() if isinstance(reported, Mapping) else ():
        id, _, frame = str(name).rpartition(" ")
        case = images.find(id)
        measured = _measurements(measures)
        if case is None or measured is None or not frame.isdecimal() or int(frame) not in case.scales:
            continue
        case.measurements[int(frame)] = measured


def _sent(measurement: Measurement) -> dict[str, Any]:
    lines = [[{"x": x, "y": y} for x, y in line] for line in measurement.lines]
    return {"tool": measurement.tool, "lines": lines}


def _measurements(measures: object) -> tuple[Measurement, ...] | None:
    """Return the measurements of one image, None where one of them breaks its form."""
    try:
        measured = tuple(map(_measurement, measures if isinstance(measures, list) else [None]))
    except (TypeError, KeyError, ValueError):
        return None
    return measured if len(measured) <= MOST else None


def _measurement(sent: Mapping[str, Any]) -> Measurement:
    tool, lines = sent["tool"], tuple(_line(*line) for line in sent["lines"])
    if tool not in LINES or len(lines) != LINES[tool] or any(start == end for start, end in lines):
        raise ValueError("no measurement")
    return Measurement(tool, lines)


def _line(start: Mapping[str, float], end: Mapping[str, float]) -> DrawnLine:
    places = [float(point[axis]) for point in (start, end) for axis in "xy"]
    if not all(math.isfinite(place) and abs(place) <= _FARTHEST for place in places):
        raise ValueError("no place on an image")
    return (places[0], places[1]), (places[2], places[3])
