"""How a check ended, in the words that pages and the command line share."""

from dataclasses import replace

import pytest

from meddx.explain.map_check.check_words import check_line, check_reason, check_title, check_word
from meddx.types import MapCheck, MapMeasure

EFFECT = "Hiding the highlighted area changes the prediction."


def checked(verdict, quick=False, **measures):
    """Of measures by name, each with its verdict."""
    made = tuple(
        MapMeasure(name, f"Title of {name}", one, EFFECT if name == "faithful" else "", 0.5, 0.2, 0.3, {})
        for name, one in measures.items()
    )
    return MapCheck("m", "1", "NODULE", "rise", verdict, made, (), {}, {}, 0.9, 0.1, 40, "", quick)


@pytest.mark.parametrize(
    ("check", "title", "reason"),
    [
        (checked("reliable", faithful="good", steady="unclear"), "Check passed", EFFECT[:-1].lower()),
        (checked("reliable", quick=True, faithful="good"), "Quick check passed", EFFECT[:-1].lower()),
        (checked("unclear", faithful="good", steady="unmeasured"), "Check unclear", "title of steady"),
        (checked("unclear", faithful="unclear", agreed="bad"), "Check unclear", "title of agreed"),
        (
            checked("not to be relied on", faithful="bad", learned="bad", steady="unclear"),
            "Check failed",
            "title of faithful, title of learned",
        ),
    ],
)
def test_the_title_says_which_check_and_how_it_ended_and_the_reason_says_why(check, title, reason):
    assert (check_title(check), check_reason(check)) == (title, reason)
    assert check_title(check).endswith(check_word(check))
    assert check_line(check) == f"{title}: {reason}"
    assert check_line(replace(check, caution="Of others.")) == f"{title}: {reason}. Limits of other maps"
