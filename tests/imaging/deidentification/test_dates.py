import pytest
from hypothesis import given
from hypothesis import strategies as st

from meddx.imaging.deidentification.dates import shift


@pytest.mark.parametrize(
    ("value", "vr", "days", "moved"),
    [
        ("20200301", "DA", 1, "20200229"),
        ("2020.03.01", "DA", 1, "20200229"),
        ("20200301 ", "DA", 366, "20190301"),
        ("20200301101500.123456+0100", "DT", 1, "20200229101500.123456+0100"),
        ("20200301", "DT", 1, "20200229"),
        ("101500.5", "TM", 1, "101500.5"),
        ("+0100", "SH", 1, "+0100"),
        ("20200301", "DA", 0, "20200301"),
    ],
)
def test_a_date_is_moved_and_its_time_stays(value, vr, days, moved):
    assert shift(value, vr, days) == moved


ARABIC = "\u0662\u0660\u0662\u0660\u0660\u0661\u0660\u0661"


@pytest.mark.parametrize(
    ("value", "vr"),
    [
        ("", "DA"), ("ZZMARKERZZ", "DA"), ("20200230", "DA"), ("00010101", "DA"), ("202003", "DT"), ("2020", "DT"),
        ("20200301ZZ", "DT"), ("20200301-20200302", "DA"), ("ZZ", "TM"), ("CET", "SH"), (ARABIC, "DA"),
    ],
)  # fmt: skip
def test_what_is_no_whole_date_is_not_let_through(value, vr):
    assert shift(value, vr, 1) is None


@given(st.dates(), st.dates(), st.integers(1, 3650))
def test_intervals_stay(first, second, days):
    moved = [shift(f"{one:%Y%m%d}".rjust(8, "0"), "DA", days) for one in (first, second)]
    if None not in moved:
        from datetime import date

        a, b = (date(int(one[:4]), int(one[4:6]), int(one[6:])) for one in moved)
        assert b - a == second - first
        assert (first - a).days == days
