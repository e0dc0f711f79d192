"""The table of sensitivity at a specificity, and back."""

import numpy as np

from meddx.evaluate.operating_points import sensitivity_at_specificity, specificity_at_sensitivity
from pages.ui.evaluate.operating_points_panel import operating_points_table


def test_both_ways_have_a_row_with_what_is_reached_kept_and_the_threshold():
    scores, ill = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]), np.array([1, 0, 1, 1, 0, 0, 0], bool)
    forth = sensitivity_at_specificity(scores, ill, np.arange(7), 0.75, resamples=50)
    back = specificity_at_sensitivity(scores, ill, np.arange(7), 0.3, resamples=50)
    html = operating_points_table(forth, back, "<Ill>").replace("\N{NO-BREAK SPACE}", " ")
    assert "&lt;Ill&gt;" in html
    first, second = html.split("<tr>")[2:]
    assert "Sensitivity at specificity 75.0 % or more" in first
    assert ("<b>1.000</b>" in first, "<td>0.750</td>" in first, "<td>0.600</td>" in first) == (True,) * 3
    assert ("<b>1.000</b>" in second, "<td>0.333</td>" in second, "<td>0.900</td>" in second) == (True,) * 3
