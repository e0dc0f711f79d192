"""One line of CSV for every measurement."""

import csv
import io

from pages.ui.explain.csv_export import records_csv


def test_the_file_has_a_line_for_every_number(small):
    rows = list(csv.DictReader(io.StringIO(records_csv([small]))))
    assert [(row["row"], row["first"], row["measure"], row["value"], row["n"]) for row in rows] == [
        ("grad-cam", "1", "pointing game", "0.9", "100")
    ]
