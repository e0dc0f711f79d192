"""A difference as a row of a table or as JSON."""

import math

from meddx.evaluate.paired.difference import PairedDifference
from meddx.types import JSON

DIFFERENCE_COLUMNS = (
    "a", "b", "metric", "label", "value_a", "value_b", "difference", "low", "high", "test", "p", "p_adjusted", "n",
)  # fmt: skip


def difference_row(one: PairedDifference) -> JSON:
    """By COLUMNS; what is not defined is None."""
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
    }


def json_number(value: float) -> float | None:
    """As JSON knows it: NaN is null."""
    return value if math.isfinite(value) else None
