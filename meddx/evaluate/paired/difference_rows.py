"""Convert a difference to a row of a table or JSON."""

import math

from meddx.evaluate.paired.difference import PairedDifference
from meddx.types import JSON

DIFFERENCE_COLUMNS = (
    "a", "b", "metric", "label", "value_a", "value_b", "difference", "low", "high", "test", "p", "p_adjusted", "n",
    "test_and_interval_disagree",
)  # fmt: skip


def difference_row(one: PairedDifference) -> JSON:
    """Return the difference by DIFFERENCE_COLUMNS, None for undefined values."""
    return {
        "a": one.a,
        "b": one.b,
        "metric": one.metric,
        "label": one.label,
        "value_a": json_number(one.first),
        "value_b": json_number(one.second),
        "difference": json_number(one.difference),
        "low": json_number(one.low),
        "high": json_number(one.high),
        "test": one.test,
        "p": json_number(one.p),
        "p_adjusted": json_number(one.p_adjusted),
        "n": one.n,
        "test_and_interval_disagree": one.unsettled,
    }


def json_number(value: float) -> float | None:
    """Return the number for JSON, None (null) where it is not finite."""
    return value if math.isfinite(value) else None
