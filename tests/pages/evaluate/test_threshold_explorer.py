"""Outcomes for 100 patients, and predictive values at another prevalence."""

import numpy as np

from pages.ui.evaluate.threshold_explorer import hundred_people_html, predictive_values_html
from tests.pages.evaluate.states import state


def test_outcomes_are_counted_and_titles_escaped():
    of = state(titles={"ILL": "<b>Ill", "WELL": "Well"})
    html = hundred_people_html(of, "ILL", of.current_assessment())
    # Of three positive cases one is found, of two negative ones one is a false positive.
    assert "<b>33</b> true positive, <b>67</b> false negative" in html
    assert "<b>50</b> false positive, <b>50</b> true negative" in html
    assert "100 with “&lt;b&gt;Ill”" in html


def test_where_there_are_no_such_cases_nothing_is_counted():
    of = state(exclusive=False, true=np.zeros((5, 2), bool))
    assert "<p>no such cases</p>" in hundred_people_html(of, "ILL", of.current_assessment())


def test_predictive_values_name_their_prevalence():
    of = state()
    assert "At a prevalence of 12.5\N{NO-BREAK SPACE}%; n 5" in predictive_values_html(
        of.current_assessment(0.125), "ILL", 0.125
    )
