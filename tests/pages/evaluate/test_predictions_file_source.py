"""A file of scores as an evaluated system."""

from meddx.types import Refusal
from pages.ui.evaluate.predictions_file_source import system_from_file

ROWS = "case,label,ill,well\na,ill,0.9,0.1\nb,well,0.2,0.8\n"


def test_a_file_becomes_a_system_whose_key_follows_its_content():
    one, same, other = (system_from_file("x.csv", text.encode()) for text in (ROWS, ROWS, ROWS + "c,ill,0.7,0.3\n"))
    assert (one.labels, one.exclusive, one.card, len(one.predictions)) == (("ill", "well"), True, None, 2)
    assert one.key == same.key != other.key
    assert isinstance(one.image("a"), Refusal)


def test_a_file_that_cannot_be_read_is_refused_with_row_and_column():
    refusal = system_from_file("x.csv", ROWS.replace("0.8", "1.8").encode())
    assert isinstance(refusal, Refusal)
    assert "Row 2, column" in refusal.reason
