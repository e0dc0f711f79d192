"""Look up where the colours of a map end, so that images can be compared, and what is too weak to be drawn."""

from meddx.explain.map_record import MapRecord
from meddx.explain.methods import METHODS
from meddx.model.card import Card
from meddx.types import Explanation

WEAKEST_EVIDENCE = 0.01
"""Share of a common scale at or below which a map counts as showing no evidence, and is not drawn."""


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


def shows_evidence(explanation: Explanation, label: str) -> bool:
    """Return whether the label's map shows evidence for it anywhere. label: its name."""
    return bool(explanation.maps[label].max() > WEAKEST_EVIDENCE * (explanation.scale or 0.0))
