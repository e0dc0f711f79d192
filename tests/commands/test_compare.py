"""`meddx compare` on the shipped pair and on files."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from meddx.cli import main
from meddx.evaluate.paired.rows import COLUMNS
from meddx.evaluate.predictions import read_predictions, write_predictions
from meddx.model.registry import list_models
from tests.evaluate.paired.systems import predictions

SHIPPED = Path(__file__).parents[2] / "models"
PAIR = "chest-efficientnet,chest-plain-cnn"


@pytest.fixture
def shipped(monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(SHIPPED))


def printed(capsys, *arguments):
    assert main(["compare", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_shipped_pair_from_recorded_predictions(shipped, capsys):
    found = printed(capsys, "--models", PAIR, "--margin", "0.02")
    assert (found["n_common"], found["n_dropped"]) == (624, 0)
    assert list(found["models"]) == PAIR.split(",")
    first = found["models"]["chest-efficientnet"]
    card = list_models(SHIPPED).cards["chest-efficientnet"]
    stated = next(m.value for m in card.metrics if (m.name, m.set, m.label) == ("auroc", "test", None))
    assert first["metrics"]["auroc"]["value"] == pytest.approx(stated, abs=1e-4)
    assert {"n_positive", "threshold", "recall"} <= set(first["per_label"]["viral"])
    pair = next(one for one in found["pairs"] if one["metric"] == "auroc" and one["label"] is None)
    assert pair["difference"] == pytest.approx(pair["value_a"] - pair["value_b"])
    assert pair["low"] < pair["difference"] < pair["high"]
    assert pair["p_adjusted"] == pair["p"]
    assert {one["a"] for one in found["non_inferiority"]} == set(PAIR.split(","))


def test_a_model_against_files_and_csv(shipped, capsys, tmp_path):
    made = predictions(np.random.default_rng(0).random((40, 2)), np.eye(2)[np.arange(40) % 2])
    write_predictions(tmp_path / "ours.parquet", made)
    other = predictions(made.probabilities[:30] ** 2, made.targets[:30])
    write_predictions(tmp_path / "theirs.parquet", other)
    files = f"{tmp_path / 'ours.parquet'},{tmp_path / 'theirs.parquet'}"
    found = printed(capsys, "--predictions", files, "--csv", str(tmp_path / "out.csv"))
    assert (found["n_common"], found["n_dropped"], found["dropped"]) == (30, 10, {"ours": 10, "theirs": 0})
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(found["pairs"])
    for row, one in zip(rows, found["pairs"], strict=True):
        assert row["low"] == ("" if one["low"] is None else str(one["low"]))
        assert one["low"] is None or math.isfinite(one["low"])


def test_a_model_against_anybodys_csv_and_its_readers(shipped, capsys, tmp_path):
    lines = ["case,label,normal,bacterial,viral,reader:Dr One"]
    recorded = read_predictions(SHIPPED / "chest-plain-cnn" / "predictions-test.parquet")
    for row in range(0, 624, 3):
        truth = recorded.labels[recorded.targets[row].argmax()]
        called = "normal" if row % 5 == 0 else truth
        scores = ",".join(f"{p:.6f}" for p in recorded.probabilities[row])
        lines.append(f"{recorded.cases[row]},{truth},{scores},{called}")
    (tmp_path / "vendor.csv").write_text("\n".join(lines))
    found = printed(
        capsys, "--models", "chest-plain-cnn", "--predictions", str(tmp_path / "vendor.csv"), "--metric", "accuracy"
    )
    assert list(found["models"]) == ["chest-plain-cnn", "vendor", "Dr One"]
    assert (found["n_common"], found["n_dropped"], found["n_patients"] < 208) == (208, 416, True)
    of = {(one["a"], one["b"], one["metric"], one["label"]): one for one in found["pairs"]}
    same = of["chest-plain-cnn", "vendor", "auroc", None]
    assert same["difference"] == pytest.approx(0, abs=1e-3)
    person = of["chest-plain-cnn", "Dr One", "accuracy", None]
    assert person["test"].startswith("McNemar")
    assert person["value_b"] > 0.8
    assert ("chest-plain-cnn", "Dr One", "auroc", None) not in of
    assert person["p_adjusted"] >= person["p"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--models", "chest-efficientnet"], "two or more"),
        (["--models", "chest-efficientnet,phantom-cnn"], "no case in common"),
        (["--models", "chest-efficientnet,chest-efficientnet"], "rename"),
        (["--models", PAIR, "--metric", "beauty"], "metrics: "),
        (["--models", PAIR, "--margin", "-1"], "above 0"),
        (["--models", PAIR, "--map", "normal"], "NAME=LABEL"),
        (["--models", PAIR, "--specificity", "90"], "between 0 and 1"),
        (["--models", "no-such-model,chest-plain-cnn"], "No model"),
    ],
)
def test_what_is_wrong_is_said(shipped, capsys, arguments, words):
    assert main(["compare", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_in_words(shipped, capsys):
    assert main(["compare", "--models", PAIR, "--label", "viral", "--margin", "0.05"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "624 common cases of 404 patients, 0 dropped" in said
    assert "On the same 624 cases of 404 patients, the area under the ROC curve for viral was" in said
    assert "One test set of one source" in said
