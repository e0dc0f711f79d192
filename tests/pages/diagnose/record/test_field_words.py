"""What stands beside a field."""

import pytest

from pages.ui.diagnose.record.field_words import field_state, field_title, left_out, note_state
from pages.ui.diagnose.record.known_beside import Known
from tests.fused import AGE, SEX, SMOKER


def test_a_number_is_asked_for_with_unit_and_range():
    assert (field_title(AGE), field_title(SEX)) == ("Age, 0 to 120 years", "Sex")


@pytest.mark.parametrize(
    ("field", "known", "state"),
    [
        (AGE, Known("61", "header"), ("given", "From the image's header.")),
        (AGE, Known("018M", "table"), ("given", "From the table.")),
        (AGE, Known("", ""), ("missing", "Not given.")),
        (AGE, Known("unknown", "table"), ("missing", "Not given.")),
        (AGE, Known("130", "reader"), ("refused", "Out of range (0 to 120 years): left out. Entered here.")),
        (AGE, Known("sixty", "table"), ("refused", "No number: left out. From the table.")),
        (SEX, Known("other", "header"), ("refused", "None of its values (F, M): left out. From the image's header.")),
        (SMOKER, Known("no", "reader"), ("given", "Entered here.")),
    ],
)
def test_a_field_says_where_its_value_is_from_or_why_it_is_left_out(field, known, state):
    faults = left_out([field], {field.name: known})
    assert field_state(field, known, faults.get(field.name)) == state


def test_a_note_says_what_of_it_is_read():
    assert note_state(Known("", ""), 12, 0) == ("missing", "Not given. The first 12 words of one are read.")
    assert note_state(Known("a b", "table"), 12, 2) == ("given", "From the table.")
    assert note_state(Known("a b", "reader"), 1, 2)[1] == "Entered here. The first 1 of its 2 words are read."
