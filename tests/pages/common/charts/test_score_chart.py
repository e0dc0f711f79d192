"""The score histogram against counts by hand."""

import numpy as np
import pytest

from meddx.evaluate.influence_functions import RankedScores
from meddx.formatting import SPACE
from pages.ui.common.charts import score_chart

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.2])
TRUE = np.array([True, True, False, True, False, False])
# From the highest score down, true and false positives: 1 0, 2 0, 2 1, 3 1, 3 2, 3 3.
RANKED = RankedScores(SCORES, TRUE)


def test_scores_are_counted_by_group_and_drawn_as_shares_of_it():
    groups = {"ill": SCORES[TRUE], "well": SCORES[~TRUE]}
    figure = score_chart.histogram_figure(score_chart.histogram(groups, bins=2), threshold=0.5, tick=0.4)
    ill, well = figure["data"]
    assert ill["customdata"] == [0, 3]
    assert well["customdata"] == [2, 1]
    assert well["y"] == pytest.approx([2 / 3, 1 / 3])
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [0.4, 0.5]
    assert score_chart.histogram_rows(groups)[-1] == {
        "Score": "0.9 to 1.0",
        "ill": f"1 (33.3{SPACE}%)",
        "well": f"0 (0.0{SPACE}%)",
    }
