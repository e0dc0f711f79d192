"""`meddx compare` on the shipped pair and on files."""

import csv
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from meddx.cli import main
from meddx.evaluate.paired.difference_rows import DIFFERENCE_COLUMNS
from meddx.evaluate.predictions import read_predictions, write_predictions
from meddx.model.registry import list_models
from tests.engine.labelled import class_folders
from tests.evaluate.paired.systems import predictions
from tests.untrained import write_model

SHIPPED = Path(__file__).parents[2] / "models"
PAIR = "chest-efficientnet,chest-plain-cnn"


@pytest.fixture
def shipped(monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(SHIPPED))


def printed(capsys, *arguments, code=0):
    assert main(["compare", *arguments, "--json"]) == code
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
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert tuple(rows[0]) == DIFFERENCE_COLUMNS
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


def test_consensus_is_one_more_column_with_its_cost(shipped, capsys):
    found = printed(capsys, "--models", PAIR, "--consensus", "mean,majority")
    sizes = [found["models"][name]["parameters"] for name in PAIR.split(",")]
    assert found["models"]["consensus-mean"]["parameters"] == sum(sizes)
    assert len({(one["a"], one["b"]) for one in found["pairs"]}) == 6
    scored = {one["a"] for one in found["pairs"] if one["metric"] == "auroc"}
    assert "consensus-mean" not in scored or "consensus-majority" not in scored
    assert found["fleiss_kappa"] == []
    first = found["replacements"][0]
    assert (first["new"], first["old"]) == tuple(PAIR.split(","))
    assert first["rederived_threshold"]["low"] < first["rederived_threshold"]["high"]


def test_two_versions_of_one_model_are_told_apart(shipped, capsys, tmp_path):
    old = tmp_path / "chest-plain-cnn"
    shutil.copytree(SHIPPED / "chest-plain-cnn", old)
    card = (old / "card.toml").read_text()
    version = list_models(SHIPPED).cards["chest-plain-cnn"].version
    (old / "card.toml").write_text(card.replace(f'version = "{version}"', 'version = "0.0.9"', 1))
    found = printed(capsys, "--models", f"chest-plain-cnn,{old}")
    names = [f"chest-plain-cnn {version}", "chest-plain-cnn 0.0.9"]
    assert list(found["models"]) == names
    assert {one["p"] for one in found["pairs"] if one["metric"] == "auroc"} == {1.0}
    for one in found["replacements"]:
        assert one["distance"] == 0
        assert one["rederived_threshold"]["value"] >= one["threshold_old"]


def test_an_earlier_version_is_compared_by_its_record_and_cannot_be_asked(monkeypatch, capsys, tmp_path):
    model = tmp_path / "chest-plain-cnn"
    shutil.copytree(SHIPPED / "chest-plain-cnn", model)
    (model / "versions" / "0.9.0").mkdir(parents=True)
    card = (model / "card.toml").read_text()
    version = list_models(SHIPPED).cards["chest-plain-cnn"].version
    old = card.replace(f'version = "{version}"', 'version = "0.9.0"', 1).replace("threshold = 0.", "threshold = 0.9", 1)
    (model / "versions" / "0.9.0" / "card.toml").write_text(old)
    for name in ("predictions-test.parquet", "predictions-validation.parquet"):
        shutil.copy(model / name, model / "versions" / "0.9.0")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    names = "chest-plain-cnn,chest-plain-cnn 0.9.0"
    found = printed(capsys, "--models", names)
    assert list(found["models"]) == names.split(",")
    [first] = [one for one in found["replacements"] if one["label"] == "normal"]
    assert first["threshold_old"] > first["threshold_new"]
    assert first["rederived_threshold"]["value"] >= first["threshold_old"]
    assert main(["compare", "--models", names, "--data", str(tmp_path)]) == 2
    assert "without weights" in capsys.readouterr().err


def test_models_are_asked_about_a_set(untrained_models, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    write_model(tmp_path, "other")
    images = class_folders(tmp_path / "set")
    found = printed(capsys, "--models", f"untrained,{tmp_path / 'other'}", "--data", str(images), code=1)
    assert (found["n_common"], found["n_dropped"]) == (12, 0)  # one more is no image
    assert list(found["models"]) == ["untrained", "other"]
    assert {one["p"] for one in found["pairs"] if one["metric"] == "accuracy"} == {1.0}  # untrained alike


def test_the_report_holds_both_cards(shipped, capsys, tmp_path):
    assert main(["compare", "--models", PAIR, "--report", str(tmp_path / "report.html")]) == 0
    html = (tmp_path / "report.html").read_text()
    for name in PAIR.split(","):
        assert list_models(SHIPPED).cards[name].weights.sha256 in html


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
        (["--models", PAIR, "--consensus", "best"], "mean, majority or both"),
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
    assert "This is one test set from one source" in said


def scores(folder, name, header, row, n=60):
    path = folder / f"{name}.csv"
    path.write_text("\n".join([header, *(f"{i}," + ",".join(map(str, row(i))) for i in range(n))]) + "\n")
    return path


def ill(i):
    return int(i % 3 == 0)


def likely(i):
    return round(0.1 + 0.3 * ill(i) + 0.015 * (i * 7 % 37), 3)


def test_a_biomarker_beside_probabilities_is_compared_in_its_area_alone(capsys, tmp_path):
    ours = scores(tmp_path, "ours", "case,true:x,x", lambda i: (ill(i), likely(i)))
    marker = scores(tmp_path, "marker", "id,label,score", lambda i: (ill(i), round(100 * likely(i) ** 2, 2)))
    report = tmp_path / "report.html"
    found = printed(capsys, "--predictions", f"{ours},{marker}", "--positive", "x", "--report", str(report))
    metrics = {one["metric"] for one in found["pairs"]}
    assert metrics == {"auroc", "average precision", "recall at specificity 0.900"}
    area = next(one for one in found["pairs"] if one["metric"] == "auroc")
    assert (area["difference"], area["n"]) == (0, 60)
    assert found["models"]["marker"]["per_label"]["x"]["threshold"] is None
    assert found["models"]["marker"]["per_label"]["x"]["recall"]["value"] is None
    assert found["agreement"] == []
    written = report.read_text(encoding="utf-8")
    assert "Same answer" not in written  # agreement is of calls
    assert written.count("<circle") == 1 + 10  # one ROC dot and one calibration curve, of the probabilities alone
    assert found["columns"]["marker"]["case"] == "id"
    assert any("no probabilities" in one for one in found["warnings"])
    for consensus, said in (("mean", "needs probabilities"), ("majority", "needs calls")):
        assert main(["compare", "--predictions", f"{ours},{marker}", "--positive", "x", "--consensus", consensus]) == 2
        assert said in capsys.readouterr().err


def test_readers_who_rated_are_compared_by_their_areas(capsys, tmp_path):
    rows = ["case,reader,truth,rating"]
    for i in range(60):
        rows += [f"{i},{reader},{ill(i)},{1 + int((likely(i) + more) * 4)}" for reader, more in (("A", 0), ("B", 0.1))]
    path = tmp_path / "study.csv"
    path.write_text("\n".join(rows) + "\n")
    found = printed(capsys, "--predictions", str(path), "--column", "score=reader:A")
    assert list(found["models"]) == ["study", "B"]
    assert "auroc" in {one["metric"] for one in found["pairs"]}


def test_of_two_classes_the_one_of_interest_is_quoted(capsys, tmp_path):
    def row(power):
        return lambda i: ("pneumonia" if ill(i) else "normal", 1 - likely(i) ** power, likely(i) ** power)

    files = [scores(tmp_path, name, "case,label,normal,pneumonia", row(p)) for name, p in (("a", 1), ("b", 2))]
    arguments = ["--predictions", ",".join(map(str, files)), "--metric", "recall", "--margin", "0.1"]
    found = printed(capsys, *arguments)
    assert {one["label"] for one in found["non_inferiority"]} == {"pneumonia"}
    assert found["models"]["a"]["positive"] == "pneumonia"
    assert main(["compare", *arguments]) == 0
    assert "sensitivity for pneumonia" in capsys.readouterr().out


def test_reversed_scores_are_pointed_out(capsys, tmp_path):
    ours = scores(tmp_path, "ours", "case,true:x,x", lambda i: (ill(i), likely(i)))
    turned = scores(tmp_path, "turned", "case,true:x,x", lambda i: (ill(i), round(1 - likely(i), 3)))
    found = printed(capsys, "--predictions", f"{ours},{turned}")
    assert [one.partition(":")[0] for one in found["warnings"]] == ["turned"]
