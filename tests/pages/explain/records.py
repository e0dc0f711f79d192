"""Numbers of a record, for tests."""

from meddx.explain.map_record import RecordedMeasure


def measured(method, measure, value, low, high):
    return RecordedMeasure(
        method=method, measure=measure, set="test", value=value, low=low, high=high, n=40, interval="Wilson score"
    )
