"""The confusion matrix as a figure and as rows."""

import numpy as np

from meddx.formatting import SPACE
from pages.ui.common.charts import confusion_chart

COUNTS = np.array([[6, 2], [0, 0]])


def test_cells_show_count_and_share_of_the_row_and_carry_their_place():
    figure = confusion_chart.confusion_figure(COUNTS, ["ill", "well"])
    clicks = figure["data"][-1]
    assert clicks["customdata"] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert clicks["text"][:2] == [f"<b>6</b><br>75.0{SPACE}%", f"<b>2</b><br>25.0{SPACE}%"]
    assert clicks["text"][2] == "<b>0</b><br>no cases"
    assert [(x, y) for x, y in zip(clicks["x"], clicks["y"], strict=True)] == [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_right_and_wrong_cells_are_coloured_apart():
    right, wrong = confusion_chart.confusion_figure(COUNTS, ["ill", "well"])["data"][:2]
    assert right["z"] == [[0.75, None], [None, 0.0]]
    assert wrong["z"] == [[None, 0.25], [0.0, None]]
    assert right["colorscale"] != wrong["colorscale"]


def test_of_many_labels_columns_are_numbered_as_the_rows():
    names = [f"L{number}" for number in range(6)]
    layout = confusion_chart.confusion_figure(np.eye(6, dtype=int), names)["layout"]
    assert layout["xaxis"]["ticktext"] == ["1", "2", "3", "4", "5", "6"]
    assert layout["yaxis"]["ticktext"][5] == "6 L5"


def test_rows_add_up_to_the_cases_of_their_truth():
    assert confusion_chart.confusion_rows(COUNTS, ["ill", "well"]) == [
        {"True label": "ill", "n": "8", "ill": "6", "well": "2"},
        {"True label": "well", "n": "0", "ill": "0", "well": "0"},
    ]
