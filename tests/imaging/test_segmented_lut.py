"""Segments of a palette, counted by hand from PS3.3 C.7.9.2."""

import numpy as np
import pytest

from meddx.imaging.segmented_lut import BadTable, expanded_segments


def expanded(segments, count=100, bits=16):
    return expanded_segments(np.array(segments, np.uint16), count, bits).tolist()


def test_a_discrete_segment_is_listed_and_a_linear_one_goes_on_from_the_last_entry():
    assert expanded([0, 2, 10, 20, 1, 4, 60]) == [10, 20, 30, 40, 50, 60]
    assert expanded([0, 1, 60, 1, 3, 0]) == [60, 40, 20, 0]


def test_an_indirect_segment_repeats_what_stands_at_its_byte_offset():
    # Two segments from byte 0: 5, then a line up by two steps of ten from wherever the table stands.
    assert expanded([0, 1, 5, 1, 2, 25, 2, 2, 0, 0]) == [5, 15, 25, 5, 15, 25]
    # Only the line, in words at byte 6, in bytes at byte 3.
    assert expanded([0, 1, 5, 1, 2, 25, 2, 1, 6, 0]) == [5, 15, 25, 25, 25]
    assert expanded([0, 1, 5, 1, 2, 25, 2, 1, 3, 0, 0, 0], bits=8) == [5, 15, 25, 25, 25]


def test_the_table_is_cut_at_its_stated_length():
    assert expanded([0, 4, 1, 2, 3, 4], count=3) == [1, 2, 3]


@pytest.mark.parametrize(
    ("segments", "reason"),
    [
        ([], "the table is empty"),
        ([1, 2, 9], "a segment is of no known kind"),  # a line from nowhere
        ([7, 1, 9], "a segment is of no known kind"),
        ([0, 1, 5, 0, 0, 9], "a segment is empty"),
        ([0, 4, 5, 6], "a discrete segment is cut short"),
        ([0, 1, 5, 2, 1, 0], "an indirect segment is cut short"),
        ([0, 1, 5, 2, 1, 6, 0], "an indirect segment points at no other segment"),
    ],
)
def test_a_broken_table_is_refused(segments, reason):
    with pytest.raises(BadTable, match=reason):
        expanded(segments)
