import csv
import json

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, roc_auc_score, roc_curve

from meddx import cli
from meddx.config import ROOT
from meddx.evaluate.predictions import read_predictions
from meddx.evaluate.sets.labelled_set import LabelledCase
from tests.engine.answers import Direct, images
from tests.untrained import write_bare_model

WELL = "normal_benign"


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
    assert found["prediction_sets"]["target_coverage"] == 0.9
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


def test_answers_that_are_kept_are_not_asked_for_again(folder, untrained_models, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    asked = ["--model", "untrained", "--data", folder, "--map", "healthy=NORMAL", "--map", "ill=EFFUSION"]
    plain = printed(capsys, *asked, code=1)
    assert printed(capsys, *asked, "--keep", tmp_path / "kept", code=1) == plain
    monkeypatch.setattr(LabelledCase, "image", lambda case: pytest.fail("it is asked for again"))
    assert printed(capsys, *asked, "--keep", tmp_path / "kept", code=1) == plain
    (folder / "ill" / "0.dcm").unlink()
    assert cli.main(["evaluate", *map(str, asked), "--keep", str(tmp_path / "kept")]) == 2
    assert "changed while" in capsys.readouterr().err


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


def table(folder, header, row, n=40, name="vendor.csv"):
    """A file of n cases. row: number of the case -> its values after the case."""
    rows = [header, *(f"{i}," + ",".join(map(str, row(i))) for i in range(n))]
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def score(i):
    """Of case i, higher on average where i is a multiple of 4."""
    return round(0.1 + 0.3 * (i % 4 == 0) + 0.015 * (i * 7 % 37), 3)


def test_what_was_taken_for_what_is_in_the_document_and_printed(tmp_path, capsys):
    header = "Image,PatientID,dx,pneumonia"
    path = table(tmp_path, header, lambda i: (i // 2, "ill" if i % 4 == 0 else "well", score(i)))
    found = printed(capsys, "--predictions", path, "--map", "ill=pneumonia")
    assert (found["n"], found["n_patients"]) == (40, 20)
    columns = found["columns"]
    assert (columns["case"], columns["patient"], columns["truth"]) == ("Image", "PatientID", "dx")
    assert columns["scores"] == {"pneumonia": "pneumonia"}
    assert found["warnings"] == []
    assert cli.main(["evaluate", "--predictions", str(path), "--map", "ill=pneumonia"]) == 0
    assert "patient 'PatientID'; truth 'dx'" in capsys.readouterr().out


def test_the_headline_of_two_classes_is_that_of_the_one_of_interest(tmp_path, capsys):
    header = "case,label,left,right"
    path = table(tmp_path, header, lambda i: ("right" if i % 4 == 0 else "left", 1 - score(i), score(i)))
    silent = printed(capsys, "--predictions", path)
    assert silent["positive"] is None
    assert silent["metrics"]["recall"]["value"] is None
    assert "--positive" in silent["metrics"]["recall"]["reason"]
    asked = printed(capsys, "--predictions", path, "--positive", "right", "--threshold", "right=0.55")
    assert asked["positive"] == "right"
    called = np.array([score(i) >= 0.55 for i in range(40)])
    ill = np.arange(40) % 4 == 0
    assert asked["metrics"]["recall"]["value"] == pytest.approx(called[ill].mean())
    assert asked["metrics"]["specificity"]["value"] == pytest.approx(1 - called[~ill].mean())
    assert asked["per_label"]["right"]["threshold"] == 0.55
    assert "--threshold" in asked["threshold_origin"]
    assert cli.main(["evaluate", "--predictions", str(path), "--positive", "right"]) == 0
    assert "right at threshold 0.500: AUROC" in capsys.readouterr().out


def test_the_headline_of_a_model_of_two_classes_is_that_of_the_finding(capsys):
    found = printed(capsys, "--model", "breastmnist-plain-cnn")
    assert found["positive"] == "malignant"
    for name in ("auroc", "recall", "specificity", "brier"):
        assert found["metrics"][name] == found["per_label"]["malignant"][name]
    other = printed(capsys, "--model", "breastmnist-plain-cnn", "--positive", WELL, "--threshold", f"{WELL}=0.9")
    assert (other["positive"], other["per_label"][WELL]["threshold"]) == (WELL, 0.9)


def test_scores_that_look_reversed_are_pointed_out_and_can_be_turned(tmp_path, capsys):
    path = table(tmp_path, "case,label,score", lambda i: (int(i % 4 == 0), round(1 - score(i), 3)))
    found = printed(capsys, "--predictions", path)
    assert found["metrics"]["auroc"]["high"] < 0.5
    assert "reversed" in found["warnings"][0]
    turned = printed(capsys, "--predictions", path, "--reverse")
    assert turned["warnings"] == []
    assert turned["metrics"]["auroc"]["value"] == pytest.approx(1 - found["metrics"]["auroc"]["value"])


def test_a_biomarker_has_an_area_and_no_calibration_and_its_json_has_nulls(tmp_path, capsys):
    path = table(tmp_path, "case,label,lactate", lambda i: (int(i % 4 == 0), 10 * score(i)))
    found = printed(capsys, "--predictions", path, "--csv", tmp_path / "cases.csv")
    label = found["per_label"]["lactate"]
    assert label["auroc"]["low"] > 0.5
    assert (label["brier"]["value"], label["recall"]["value"], label["threshold"], label["cells"]) == (None,) * 4
    again = printed(capsys, "--predictions", tmp_path / "cases.csv")
    assert again["metrics"] == found["metrics"]


def test_cases_written_by_the_command_are_measured_the_same_again(tmp_path, capsys):
    first = printed(capsys, "--model", "chest-plain-cnn", "--csv", tmp_path / "cases.csv")
    again = printed(capsys, "--predictions", tmp_path / "cases.csv")
    for part in ("n", "n_patients", "labels", "metrics", "micro", "per_label", "confusion"):
        assert again[part] == first[part]


def test_rows_without_a_score_are_left_out_when_asked_and_counted(tmp_path, capsys):
    path = table(tmp_path, "case,label,score", lambda i: (int(i % 4 == 0), "" if i == 7 else score(i)))
    assert cli.main(["evaluate", "--predictions", str(path)]) == 2
    assert "--skip-incomplete" in capsys.readouterr().err
    found = printed(capsys, "--predictions", path, "--skip-incomplete", code=1)
    assert (found["n"], found["n_refused"]) == (39, 1)
    assert [one["case"] for one in found["refused"]] == ["7"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "chest-plain-cnn", "--column", "case=id"], "--column says how to read"),
        (["--model", "chest-plain-cnn", "--positive", "tumour"], "normal, bacterial, viral"),
        (["--model", "chest-plain-cnn", "--threshold", "tumour=1"], "normal, bacterial, viral"),
        (["--model", "chest-plain-cnn", "--threshold", "normal=high"], "LABEL=VALUE"),
        ([], "either --model or --predictions"),
        (["--model", "chest-plain-cnn", "--prevalence", "2"], "--prevalence"),
        (["--model", "chest-plain-cnn", "--map", "a"], "NAME=LABEL"),
        (["--model", "chest-plain-cnn", "--by", "site"], "nothing is known"),
        (["--predictions", "missing.csv"], "There is no file of this name"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(arguments, said, capsys):
    assert cli.main(["evaluate", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_model_without_thresholds_gives_what_needs_none(folder, tmp_path, monkeypatch, capsys):
    write_bare_model(tmp_path / "models")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    asked = ["--model", "bare", "--data", folder, "--map", "healthy=NORMAL", "--map", "ill=EFFUSION"]
    found = printed(capsys, *asked, code=1)
    assert found["threshold_origin"] == "none: the card of bare 1.0.0 states no threshold"
    normal = found["per_label"]["NORMAL"]
    assert (normal["threshold"], normal["cells"], normal["recall"]["value"]) == (None, None, None)
    assert normal["auroc"]["value"] is not None
    assert "prediction_sets" not in found
    chosen = printed(capsys, *asked, "--threshold", "NORMAL=0.4", code=1)["per_label"]
    assert chosen["NORMAL"]["recall"]["value"] is not None
    assert chosen["EFFUSION"]["recall"]["value"] is None


def test_thresholds_of_reversed_scores_are_those_of_the_file(tmp_path, capsys):
    path = table(tmp_path, "case,label,lactate", lambda i: (int(i % 4 == 0), 100 - 50 * score(i)))
    found = printed(capsys, "--predictions", path, "--reverse", "--threshold", "60")
    label = found["per_label"]["lactate"]
    assert (label["threshold"], found["called"]) == (60, "at or below the threshold")
    hits = sum(100 - 50 * score(i) <= 60 for i in range(0, 40, 4))
    assert label["cells"][0][0] == hits
    assert 50 <= label["sensitivity_at_specificity"]["threshold"] <= 100
    report = tmp_path / "report.html"
    assert (
        cli.main(["evaluate", "--predictions", str(path), "--reverse", "--threshold", "60", "--report", str(report)])
        == 0
    )
    out = capsys.readouterr().out
    assert "60.000 or below" in out
    assert "-60" not in out
    assert "Predicted positive at 60.000 or below" in report.read_text()
    probable = table(tmp_path, "case,label,score", lambda i: (int(i % 4 == 0), round(1 - score(i), 3)))
    turned = printed(capsys, "--predictions", probable, "--reverse", "--threshold", "0.3")
    assert next(iter(turned["per_label"].values()))["threshold"] == pytest.approx(0.3)


def test_operating_points_and_curves_are_in_the_json(capsys):
    found = printed(capsys, "--model", "breastmnist-plain-cnn", "--at-specificity", 0.8, "--at-sensitivity", 0.95)
    recorded = read_predictions(ROOT / "models/breastmnist-plain-cnn/predictions-test.parquet")
    column = recorded.labels.index("malignant")
    false, hits, _ = roc_curve(recorded.targets[:, column], recorded.probabilities[:, column], drop_intermediate=False)
    label = found["per_label"]["malignant"]
    at = label["sensitivity_at_specificity"]
    assert at["asked_specificity"] == 0.8
    assert at["sensitivity"]["value"] == pytest.approx(hits[1 - false >= 0.8].max())
    assert at["sensitivity"]["low"] < at["sensitivity"]["value"] < at["sensitivity"]["high"]
    back = label["specificity_at_sensitivity"]
    assert back["specificity"]["value"] == pytest.approx(1 - false[hits >= 0.95].min())
    assert (
        label["calibration"]["ici"]["low"] < label["calibration"]["ici"]["value"] < label["calibration"]["ici"]["high"]
    )
    assert len(label["calibration"]["predicted"]) == len(label["calibration"]["observed"])
    decision = label["decision_curve"]
    share = recorded.targets[:, column].mean()
    assert decision["treat_all"][49] == pytest.approx(share - (1 - share), abs=1e-6)
    ratio = label["recall"]["value"] / (1 - label["specificity"]["value"])
    assert label["positive likelihood ratio"]["value"] == pytest.approx(ratio)
    for wrong in (0, 1.2):
        assert cli.main(["evaluate", "--model", "breastmnist-plain-cnn", "--at-specificity", str(wrong)]) == 2


def test_clopper_pearson_on_request(capsys):
    exact = printed(capsys, "--model", "breastmnist-plain-cnn", "--interval", "clopper-pearson")
    (hits, missed), _ = exact["per_label"]["malignant"]["cells"]
    limits = binomtest(hits, hits + missed).proportion_ci(method="exact")
    recall = exact["per_label"]["malignant"]["recall"]
    assert (recall["low"], recall["high"], recall["method"]) == pytest.approx(
        (limits.low, limits.high, "Clopper-Pearson")
    )
    assert exact["prediction_sets"]["coverage"]["malignant"]["method"] == "Clopper-Pearson"


def test_tables_and_report_are_written(tmp_path, capsys):
    book, metrics, report = (tmp_path / name for name in ("t.xlsx", "t.csv", "r.html"))
    found = printed(capsys, "--model", "breastmnist-plain-cnn", "--recorded", "validation", "--tables", book)
    assert "optimistic" in found["warnings"][0]
    sheets = openpyxl.load_workbook(book)
    rows = list(sheets["Metrics"].iter_rows(values_only=True))
    area = next(row for row in rows if row[:2] == ("malignant", "auroc"))
    assert area[2:5] == tuple(found["per_label"]["malignant"]["auroc"][key] for key in ("value", "low", "high"))
    printed(capsys, "--model", "breastmnist-plain-cnn", "--tables", metrics, "--report", report)
    with metrics.open(newline="", encoding="utf-8") as file:
        assert {row["metric"] for row in csv.DictReader(file)} >= {"recall", "ici", "prediction-set coverage"}
    assert "Decision curve of" in report.read_text()
    assert cli.main(["evaluate", "--model", "breastmnist-plain-cnn", "--tables", str(tmp_path / "t.doc")]) == 2
    assert ".xlsx" in capsys.readouterr().err


def test_many_looks_are_said(tmp_path, capsys):
    path = table(tmp_path, "case,label,score,site", lambda i: (int(i % 4 == 0), score(i), "abc"[i % 3]), n=200)
    found = printed(capsys, "--predictions", path, "--by", "site")
    assert "by chance" in found["multiplicity"]
    assert all(group["p_adjusted"] >= group["p"] for group in found["subgroups"]["groups"])
    assert cli.main(["evaluate", "--predictions", str(path), "--by", "site"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "stand out by chance alone" in out
    assert "adjusted (Holm) for 3 groups" in out
