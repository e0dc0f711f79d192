"""The comparison as a file."""

import csv
from io import StringIO

from meddx.config import RESEARCH_USE
from meddx.evaluate.paired.compare import questions
from meddx.evaluate.paired.rows import COLUMNS, row
from pages.ui.compare import computed
from pages.ui.compare.choice import Choice


def as_csv(choice: Choice) -> bytes:
    """Every difference of every pair, as `meddx compare --csv` writes it, with a last line that says what it is not."""
    file = StringIO(newline="")
    rows = csv.DictWriter(file, COLUMNS)
    rows.writeheader()
    for label in questions(computed.aligned(choice)):
        rows.writerows(row(one) for one in computed.compared(choice, label).differences)
    file.write(f"# {RESEARCH_USE}\r\n")
    return file.getvalue().encode()
