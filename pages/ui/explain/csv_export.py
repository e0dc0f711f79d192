"""Write the heat-map records as a CSV file."""

import csv
import io
from collections.abc import Iterable

from meddx.explain.map_record import MapRecord

CSV_COLUMNS = (
    "model",
    "version",
    "row",
    "title",
    "kind",
    "first",
    "measure",
    "set",
    "value",
    "low",
    "high",
    "n",
    "interval",
)


def records_csv(records: Iterable[MapRecord]) -> str:
    """Return every measurement on validation and test images as CSV, one a line.

    Column "first": 1 for the default method, else 0.
    """
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(CSV_COLUMNS)
    for record in records:
        for one in record.measured:
            row = record.method(one.method)
            title, kind = (row.title, row.kind) if row else ("", "")
            numbers = [one.measure, one.set, one.value, one.low, one.high, one.n, one.interval]
            first = int(one.method == record.recommended)
            lines.writerow([record.model, record.version, one.method, title, kind, first, *numbers])
    return file.getvalue()
