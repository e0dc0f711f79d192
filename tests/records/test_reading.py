"""What is asked for beyond any number and any day."""

from datetime import date

import pytest

from meddx.errors import Refused
from meddx.records.reading import RecordFilter, case_by_id, recorded_count
from tests.records.cases import add


@pytest.mark.parametrize("number", [10**20, 1 << 31, -1])
def test_a_number_that_no_case_has_is_refused(kept, number):
    add(kept)
    with pytest.raises(Refused, match=f"There is no record {number}"):
        case_by_id(kept, number)


def test_the_last_day_of_all_leaves_nothing_out(kept):
    add(kept)
    assert recorded_count(kept, RecordFilter(until=date.max)) == 1
