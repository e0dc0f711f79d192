"""Prediction sets against coverage and sizes counted by hand."""

import json

import numpy as np

from meddx.evaluate.prediction_sets import prediction_sets
from meddx.evaluate.predictions import Predictions
from meddx.formatting import SPACE
from pages.ui.common.charts import prediction_set_charts


def test_sets_are_counted_by_class_and_by_size():
    p = np.array([[0.95, 0.05], [0.6, 0.4], [0.3, 0.7], [0.45, 0.55]])
    true = np.array([[1, 0], [0, 1], [0, 1], [1, 0]], bool)
    names = tuple("abcd")
    of = Predictions(("ILL", "WELL"), names, names, true, np.log(p).astype(np.float32), p)
    # A label stays at p >= .5 (ILL) and p >= .4 (WELL): sets {ILL}, {ILL, WELL}, {WELL}, {WELL}.
    found = {"model": prediction_sets(of, (0.5, 0.6), 0.9)}
    titles = {"ILL": "Ill", "WELL": "Well"}
    figure = prediction_set_charts.coverage_figure(found, titles)
    json.dumps(figure, allow_nan=False)
    assert dict(zip(figure["data"][0]["y"], figure["data"][0]["x"], strict=True)) == {"Ill": 0.5, "Well": 1.0}
    assert figure["layout"]["shapes"][0]["x0"] == 0.9
    assert prediction_set_charts.coverage_rows(found, titles)[0]["Target coverage"] == f"90{SPACE}%"
    assert prediction_set_charts.set_size_figure(found)["data"][0]["y"] == [0, 3, 1]
    assert prediction_set_charts.set_size_rows(found)[2] == {
        "Set size": "2",
        "Cases": "1",
        "Share": f"25.0{SPACE}%",
    }
