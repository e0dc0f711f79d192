"""Look up where the colours of a map end: at a fixed value where one is known, so that images can be compared."""

from meddx.explain.map_record import MapRecord
from meddx.explain.methods import METHODS
from meddx.model.card import Card


def colour_scale(method: str, card: Card, record: MapRecord | None) -> float | None:
    """Return the value at which the colours of a method's maps end, in its units; None where none is known.

    method: a name of METHODS. record: what explain-check measured on the card's model, None where it did not. Which of
    the two holds the value is the method's `scale`.
    """
    rule = METHODS[method].scale
    if rule in ("measured", "measured or card") and record is not None:
        row = record.method(method)
        if row is not None and row.scale is not None:
            return row.scale
    return card.explained.heatmap_scale if rule in ("card", "measured or card") else None
