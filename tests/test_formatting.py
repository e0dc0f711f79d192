"""One way to write a number: what percentages may not claim, and that nobody writes them another way."""

import math
import re

import pytest

from meddx.config import ROOT
from meddx.formatting import SPACE, decimal, percent, percent_span, probability, signed, signed_limit, span


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.5, 0, "50 %"),
        (0.976, 1, "97.6 %"),
        (0.0, 0, "0 %"),
        (1.0, 1, "100.0 %"),
        (0.995, 0, "> 99 %"),  # 99.5 rounds to 100
        (0.9949, 0, "99 %"),
        (0.004, 0, "< 1 %"),
        (0.004, 1, "0.4 %"),
        (0.0004, 1, "< 0.1 %"),
        (0.99999, 1, "> 99.9 %"),
        (math.nan, 0, "not defined"),
    ],
)
def test_rounding_makes_no_share_certain(share, digits, text):
    assert percent(share, digits) == text.replace(" ", SPACE if "%" in text else " ")


@pytest.mark.parametrize(("p", "text"), [(0.0, "< 1 %"), (1.0, "> 99 %"), (0.31, "31 %")])
def test_no_probability_is_certain(p, text):
    assert probability(p) == text.replace(" ", SPACE)


def test_differences_have_a_true_minus_and_no_sign_where_they_round_to_nothing():
    assert [signed_limit(value) for value in (0.05, -0.0004, 0.00004, 0.0, 1e-12, math.nan)] == [
        "+0.050", "−0.0004", "+0.00004", "0.000", "0.000", "not defined",
    ]  # fmt: skip
    assert [signed(value) for value in (0.05, -0.05, -0.0001, math.nan)] == ["+0.050", "−0.050", "0.000", "not defined"]


def test_what_has_no_limits_is_said():
    assert span(math.nan, math.nan) == percent_span(math.nan, math.nan) == decimal(math.nan) == "not defined"
    assert percent_span(0.1, 0.25) == f"10.0 to 25.0{SPACE}%"


def test_nobody_writes_percentages_another_way():
    # A format code of Python, of Plotly's hovers, and a rounded number with a percent sign after it.
    other = re.compile(r"%\{[^{}]*:z?\.\d%\}|\{[^{}]*:z?\.\d%\}|:\.\df\}(?: |\\N\{NO-BREAK SPACE\})%")
    script = re.compile(r"(?:probability|threshold|fraction|share)[^\n]*toFixed")
    sources = [path for room in ("meddx", "pages") for path in (ROOT / room).rglob("*.py")]
    found = [path for path in sources if path.name != "formatting.py" and other.search(path.read_text("utf-8"))]
    found += [path for path in (ROOT / "pages").rglob("*.js") if script.search(path.read_text("utf-8"))]
    assert found == []


def test_a_percentage_is_never_minus_zero():
    assert [percent(share) for share in (-0.001, -0.26)] == [f"0{SPACE}%", f"-26{SPACE}%"]
