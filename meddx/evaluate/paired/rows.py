"""A difference as a row of a table or as JSON."""

import math

from meddx.evaluate.paired.difference import Difference
from meddx.types import JSON

COLUMNS = (
    "a", "b", "metric", "label", "value_a", "value_b", "difference", "low", "high", "test", "p", "p_adjusted", "n",
)  # fmt: skip


def row(one: Difference) -> JSON:
    """By COLUMNS; what is not defined is None."""
    return {
        "a": one.a,
        "b": one.b,
        "metric": one.metric,
        "label": one.label,
        "value_a": number(one.first),
        "value_b": number(one.second),
        "difference": number(one.difference),
        "low": number(one.low),
        "high": number(one.high),
        "test": one.test,
        "p": number(one.p),
        "p_adjusted": number(one.p_adjusted),
        "n": one.n,
    }


def number(value: float) -> float | None:
    """As JSON knows it: NaN is null."""
    return value if math.isfinite(value) else None
