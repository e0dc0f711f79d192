import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score

from meddx import cli
from meddx.config import ROOT
from meddx.evaluate.predictions import read_predictions
from tests.engine.answers import Direct, images


def printed(capsys, *arguments, code=0):
    assert cli.main(["evaluate", *map(str, arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_recorded_predictions_need_no_images(capsys):
    found = printed(capsys, "--model", "chest-plain-cnn", "--prevalence", 0.1)
    recorded = read_predictions(ROOT / "models/chest-plain-cnn/predictions-test.parquet")
    assert (found["n"], found["n_refused"], found["labels"]) == (624, 0, ["normal", "bacterial", "viral"])
    truth = recorded.targets.argmax(axis=1)
    metrics = found["metrics"]
    assert metrics["accuracy"]["value"] == pytest.approx(accuracy_score(truth, recorded.probabilities.argmax(axis=1)))
    assert metrics["auroc"]["value"] == pytest.approx(roc_auc_score(recorded.targets, recorded.probabilities))
    assert metrics["auroc"]["low"] < metrics["auroc"]["value"] < metrics["auroc"]["high"]
    assert np.sum(found["confusion"]) == 624
    assert [found["per_label"][label]["n_positive"] for label in found["labels"]] == [234, 242, 148]
    assert found["prediction_sets"]["promised"] == 0.9
    # Bayes' rule by hand, at one case in ten.
    viral = found["per_label"]["viral"]
    hits, false = viral["recall"]["value"] * 0.1, (1 - viral["specificity"]["value"]) * 0.9
    assert viral["precision at prevalence"]["value"] == pytest.approx(hits / (hits + false))


@pytest.fixture
def folder(tmp_path):
    """Four images in a folder for each class, and one file that is no image."""
    for index, image in enumerate(images(4)):
        place = tmp_path / "set" / ("healthy" if index % 2 else "ill") / f"{index}.dcm"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(image)
    (tmp_path / "set" / "ill" / "broken.dcm").write_bytes(b"no image")
    return tmp_path / "set"


def test_images_that_cannot_be_read_are_named_and_counted(folder, untrained_models, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    table = tmp_path / "cases.csv"
    maps = ["--map", "healthy=NORMAL", "--map", "ill=EFFUSION", "--map", "ill=NODULE"]
    found = printed(capsys, "--model", "untrained", "--data", folder, *maps, "--csv", table, code=1)
    assert (found["n"], found["n_refused"]) == (4, 1)
    assert [one["case"] for one in found["refused"]] == ["ill/broken.dcm"]
    assert found["labels"] == ["NORMAL", "EFFUSION or NODULE"]
    with table.open(encoding="utf-8") as file:
        rows = {row["case"]: row for row in csv.DictReader(file)}
    assert rows["ill/broken.dcm"]["refused"].startswith("not-an-image")
    direct = Direct(untrained_models / "untrained")
    for name in ("ill/0.dcm", "healthy/1.dcm"):
        answer = direct((folder / name).read_bytes())
        both = answer["EFFUSION"] + answer["NODULE"]
        assert float(rows[name]["probability:EFFUSION or NODULE"]) == pytest.approx(both, abs=1e-5)
        assert float(rows[name]["probability:NORMAL"]) == pytest.approx(answer["NORMAL"], abs=1e-5)


def test_scores_of_another_system(tmp_path, capsys):
    scores = tmp_path / "vendor.csv"
    scores.write_text("case,label,a,b,site\n1,a,.8,.2,x\n2,b,.3,.7,x\n3,B,.6,.4,y\n4,a,.9,.1,y\n")
    found = printed(capsys, "--predictions", scores, "--parquet", tmp_path / "out.parquet", "--by", "site")
    assert found["metrics"]["accuracy"]["value"] == 0.75
    assert "0.5" in found["threshold_origin"]
    assert found["metrics"]["accuracy"]["reliable"] is False
    assert {group["group"] for group in found["subgroups"]["groups"]} == {"x", "y"}
    assert pq.read_table(tmp_path / "out.parquet")["called"].to_pylist() == ["a", "b", "a", "a"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "either --model or --predictions"),
        (["--model", "chest-plain-cnn", "--prevalence", "2"], "--prevalence"),
        (["--model", "chest-plain-cnn", "--map", "a"], "NAME=LABEL"),
        (["--model", "chest-plain-cnn", "--by", "site"], "nothing is known"),
        (["--predictions", "missing.csv"], "cannot be read"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(arguments, said, capsys):
    assert cli.main(["evaluate", *arguments]) == 2
    assert said in capsys.readouterr().err
