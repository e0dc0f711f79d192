"""What meddx writes comes back with the same numbers, from CSV and from Parquet."""

import numpy as np
import pytest
from scipy.special import softmax

from meddx.evaluate.assessment import assess
from meddx.evaluate.case_table import per_case, write_table
from meddx.evaluate.external_predictions import read
from meddx.evaluate.json_document import evaluation_document
from meddx.evaluate.predictions import Predictions
from meddx.export.data_files import csv_bytes, parquet_bytes
from meddx.types import Refusal

N = 90
RANDOM = np.random.default_rng(7)


def predictions(kind):
    labels = ("normal", "bacterial", "viral") if kind != "one score" else ("lactate",)
    truth = RANDOM.integers(0, 3, N)
    logits = RANDOM.normal(size=(N, 3)).astype(np.float32) + 2 * np.eye(3, dtype=np.float32)[truth]
    targets = np.eye(3, dtype=bool)[truth]
    p = softmax(logits.astype(np.float64), axis=1)
    if kind == "independent":
        targets, p = RANDOM.random((N, 3)) < 0.3, 1 / (1 + np.exp(-logits.astype(np.float64)))
    if kind == "one score":
        targets, p, logits = targets[:, :1], logits[:, :1].astype(np.float64), np.full((N, 1), np.nan, np.float32)
    groups = tuple(f"00{index // 2}" for index in range(N))
    sex = tuple([None, "F", "M"][index % 3] for index in range(N))
    cases = tuple(f"{index:03d}.dcm" for index in range(N))
    return Predictions(labels, cases, groups, targets, logits, p, {"sex": sex}, are_probabilities=kind != "one score")


def numbers(of, thresholds, exclusive, refused=None):
    found = assess(of, thresholds, exclusive)
    return evaluation_document(found, "", refused=refused), dict(of.attributes), of.groups, of.cases


@pytest.mark.parametrize("kind", ["exclusive", "independent", "one score"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("where", ["cases of the command line", "cases of the page"])
def test_numbers_come_back_as_they_were(tmp_path, kind, ending, where):
    given = predictions(kind)
    exclusive = kind == "exclusive"
    thresholds = (0.41, 0.2, 0.37)[: len(given.labels)]
    path = tmp_path / f"cases.{ending}"
    refused = {}
    if where == "cases of the command line":
        refused = {"broken.dcm": Refusal("not-an-image", "It is no image: convert it.")}
        quantiles = (0.9,) * len(given.labels)
        table = per_case(
            given, thresholds, exclusive, quantiles=quantiles, refused=refused, threshold_origin="a card, version 3"
        )
        write_table(table, path)
    else:
        make = csv_bytes if ending == "csv" else parquet_bytes
        path.write_bytes(make(given, thresholds, "a card, version 3"))
    back = read(path)
    assert back.exclusive == exclusive
    assert "a card, version 3" in back.threshold_origin
    expected = numbers(given, thresholds, exclusive, refused)
    told = numbers(back.predictions, back.thresholds, back.exclusive, back.refused)
    assert told == expected
    assert back.predictions.are_probabilities == given.are_probabilities


def test_calls_stand_in_for_thresholds_that_an_older_file_does_not_hold(tmp_path):
    given = predictions("exclusive")
    thresholds = (0.41, 0.2, 2.0)  # nothing reaches the last
    table = per_case(given, thresholds, exclusive=True)
    table = table.select([name for name in table.column_names if not name.startswith("threshold")])
    write_table(table, tmp_path / "cases.csv")
    back = read(tmp_path / "cases.csv")
    assert "finding:" in back.threshold_origin
    first = assess(given, thresholds, exclusive=True)
    again = assess(back.predictions, back.thresholds, exclusive=True)
    assert {label: cells.tolist() for label, cells in again.cells.items()} == {
        label: cells.tolist() for label, cells in first.cells.items()
    }


def test_a_case_without_any_label_comes_back_so(tmp_path):
    given = predictions("independent")
    assert not given.targets.any(axis=1).all()
    write_table(per_case(given, (0.5,) * 3, exclusive=False), tmp_path / "cases.csv")
    assert np.array_equal(read(tmp_path / "cases.csv").predictions.targets, given.targets)
