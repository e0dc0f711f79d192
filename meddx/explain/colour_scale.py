"""Where the colours of a map end: a fixed scale where one was measured, so that images can be compared."""

from meddx.explain.map_record import MapRecord
from meddx.explain.methods import METHODS
from meddx.model.card import Card

_ON_THE_LAYER = ("grad-cam", "grad-cam-plus-plus", "hires-cam", "layer-cam")
"""Methods that share evidence out over the explained layer, in logit units: the card's scale, made for Grad-CAM, is
theirs as well until theirs is measured."""


def colour_scale(method: str, card: Card, record: MapRecord | None) -> float | None:
    """Evidence at which the colours end, in the method's units; None for a relative method and where none is known."""
    if METHODS[method].units == "relative":
        return None
    measured = record and record.method(method)
    if measured and measured.scale is not None and method != "grad-cam":  # its scale comes with every prediction
        return measured.scale
    return card.explained.heatmap_scale if method in _ON_THE_LAYER else None
