"""Numbers and cases as files that other programs read."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq

from meddx.evaluate.predictions import read_predictions
from meddx.export import data_files
from tests.export.conftest import P, evaluation, predictions


def test_the_numbers_are_json_with_intervals_counts_and_refusals():
    written = json.loads(json.dumps(data_files.metrics_file(evaluation()), allow_nan=False))
    assert (written["n"], written["n_refused"], written["labels"]) == (6, 2, ["ILL", "WELL"])
    assert {one["case"]: one["rule"] for one in written["refused"]} == {
        "x.dcm": "not-an-image",
        "y.dcm": "not-an-image",
    }
    assert written["threshold_origin"] == "a hand"
    assert written["metrics"]["accuracy"]["value"] == 4 / 6
    ill = written["per_label"]["ILL"]
    assert (ill["n_positive"], ill["threshold"], ill["cells"]) == (3, 0.5, [[2, 1], [1, 2]])
    assert ill["recall"]["low"] < 2 / 3 < ill["recall"]["high"]
    assert ill["recall"]["reliable"] is False
    assert written["confusion"] == [[2, 1], [1, 2]]


def test_cases_unlike_the_training_images_are_counted_where_they_were_measured():
    assert data_files.metrics_file(evaluation())["unlike_training_images"] is None
    given = predictions()
    values = ["unlike the training images"] * 2 + ["like the training images"] * 3 + [None]
    known = replace(given, attributes={"similarity to training images": tuple(values)})
    written = json.loads(json.dumps(data_files.metrics_file(evaluation(predictions=known)), allow_nan=False))
    unlike = written["unlike_training_images"]
    assert (unlike["count"], unlike["n"], unlike["value"]) == (2, 5, 0.4)
    assert unlike["low"] < 0.4 < unlike["high"]


def test_what_is_not_defined_is_null():
    one_sided = evaluation(predictions=predictions().subset([0, 1]))
    written = json.loads(json.dumps(data_files.metrics_file(one_sided), allow_nan=False))
    assert written["per_label"]["ILL"]["specificity"]["value"] is None
    assert "needed" in written["per_label"]["ILL"]["auroc"]["reason"]


def test_cases_come_back_from_parquet_as_they_were(tmp_path):
    given = predictions()
    (tmp_path / "cases.parquet").write_bytes(data_files.parquet_bytes(given))
    back = read_predictions(tmp_path / "cases.parquet")
    assert (back.labels, back.cases, back.groups, dict(back.attributes)) == (
        given.labels,
        given.cases,
        given.groups,
        dict(given.attributes),
    )
    np.testing.assert_array_equal(back.probabilities, P)


def test_cases_are_rows_of_csv():
    rows = list(csv.DictReader(io.StringIO(data_files.csv_bytes(predictions()).decode("utf-8"))))
    assert len(rows) == 6
    assert rows[0]["case"] == "a"
    assert (float(rows[0]["probability:ILL"]), rows[0]["true:ILL"], rows[0]["about:sex"]) == (0.9, "true", "F")


def test_scores_of_another_system_have_no_logit_column():
    unknown = predictions(logits=np.full((6, 2), np.nan, np.float32))
    names = pq.read_table(io.BytesIO(data_files.parquet_bytes(unknown))).column_names
    assert "probability:ILL" in names
    assert "logit:ILL" not in names
