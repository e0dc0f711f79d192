"""`meddx model`: what a person types, is asked and gets."""

import io
import json
import re
import sys
import zipfile

import keras
import pytest

from meddx import cli
from meddx.evaluate.predictions import read_predictions
from meddx.model.card import read_card
from meddx.model.registry import list_models
from tests.install.own_model import SIDE, images, network, saved, trained, write_set


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("set") / "own", *images(120, seed=5))


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def typed(monkeypatch, *lines):
    monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in lines)))


def test_a_file_a_folder_and_yes_are_enough(tmp_path, models, labelled, capsys):
    file = saved(tmp_path, trained())
    assert cli.main(["model", "add", str(file), "--data", str(labelled), "--yes", "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert (shape["id"], shape["labels"], shape["calibrated"]) == ("mine", ["clear", "spot"], True)
    assert shape["report"]["preprocessing"]["tried"][0]["scaling"] == "0-1"
    assert set(shape["thresholds"]) == {"clear", "spot"}
    image = labelled / "spot" / "001.png"
    assert cli.main(["predict", str(image), "--model", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["findings"] == ["spot"]
    assert cli.main(["model", "add", str(file), "--data", str(labelled), "--yes"]) == 2
    assert "installed already" in capsys.readouterr().err


def test_the_output_that_is_used_and_the_images_that_are_not_are_named(tmp_path, models, capsys):
    folder = write_set(tmp_path / "set", *images(60, seed=5))
    (folder / "spot" / "torn.png").write_bytes(b"no image")
    one = network()
    side = keras.layers.Dense(3, name="side")(keras.layers.Flatten()(one.input))
    file = saved(tmp_path, keras.Model(one.input, [side, one.output]))
    assert cli.main(["model", "add", str(file), "--data", str(folder), "--yes"]) == 1
    said = capsys.readouterr()
    assert re.search(r"Of the outputs side, \w+, (?!side)\w+ is the answer\.", said.out)
    assert re.search(r"1 image was left out \([a-z-]+\):\n  spot/torn\.png: .+\.\n", said.err)
    assert "torn" not in (models / "mine" / "import-report.json").read_text()


def test_without_a_terminal_what_is_open_is_refused_with_its_option(tmp_path, models, labelled, capsys):
    file = saved(tmp_path, network())
    assert cli.main(["model", "add", str(file), "--data", str(labelled)]) == 2
    assert "Type --labels, or --yes for clear,spot." in capsys.readouterr().err
    assert cli.main(["model", "add", str(file), "--labels", "clear,spot", "--yes"]) == 2
    assert "--scaling" in capsys.readouterr().err
    assert cli.main(["model", "add", str(file), "--labels", "clear,spot", "--data", str(labelled)]) == 2
    assert "type these or others, or --yes" in capsys.readouterr().err
    assert not models.exists()


def test_on_a_terminal_what_is_open_is_asked_and_the_preprocessing_confirmed(
    tmp_path, models, labelled, monkeypatch, capsys
):
    typed(monkeypatch, "", "yes")
    assert cli.main(["model", "add", str(saved(tmp_path, trained())), "--data", str(labelled)]) == 0
    out = capsys.readouterr()
    assert "The set's classes in alphabetical order are usual. [clear,spot]" in out.err
    assert "AUROC" in out.err
    assert "Use scaling 0-1 and resize pad? [Y/n]" in out.err
    assert "120 images; 60 to calibrate on, 60 to test on." in out.out
    assert read_card(models / "mine" / "card.toml").has_thresholds


def test_declining_the_preprocessing_adds_nothing(tmp_path, models, labelled, monkeypatch, capsys):
    typed(monkeypatch, "", "n")
    assert cli.main(["model", "add", str(saved(tmp_path, trained())), "--data", str(labelled)]) == 2
    assert not models.exists()


def test_without_data_the_answers_are_asked_until_one_is_possible(tmp_path, models, monkeypatch, capsys):
    typed(monkeypatch, "clear, spot", "0-2", "0-1", "pad")
    assert cli.main(["model", "add", str(saved(tmp_path, trained()))]) == 0
    printed = capsys.readouterr().out
    assert "Not known: temperature, thresholds, " in printed
    card = read_card(models / "mine" / "card.toml")
    assert ([label.name for label in card.labels], card.input.scaling) == (["clear", "spot"], "0-1")


def test_recalibration_makes_a_version_that_compares_with_the_earlier_one(tmp_path, models, labelled, capsys):
    file = saved(tmp_path, trained())
    assert cli.main(["model", "add", str(file), "--labels", "clear,spot", "--data", str(labelled), "--yes"]) == 0
    elsewhere = write_set(tmp_path / "hospital-b", *images(140, seed=77), names=("without", "with"))
    classes = ["--map", "without=clear", "--map", "with=spot"]
    capsys.readouterr()
    asked = ["model", "recalibrate", "mine", "--data", str(elsewhere), *classes, "--thresholds", "sensitivity 0.9"]
    assert cli.main([*asked, "--set-name", "Hospital B, 2026", "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert shape["version"] == "1.1.0"
    card = read_card(models / "mine" / "card.toml")
    assert card.calibration.fitted_on == "70 images of Hospital B, 2026, cross-entropy"
    assert card.labels[1].threshold_rule == "highest specificity at a sensitivity of at least 0.9"
    installed = list_models(models)
    assert installed.refused == {}
    assert [version.card.version for version in installed.earlier] == ["1.0.0"]
    now = read_predictions(models / "mine" / "predictions-test.parquet")
    before = read_predictions(models / "mine" / "versions" / "1.0.0" / "predictions-test.parquet")
    assert (now.cases, now.logits.tolist()) == (before.cases, before.logits.tolist())
    assert shape["report"]["checks"][-1]["verdict"] == "passed"
    assert cli.main(["compare", "--models", "mine,mine 1.0.0", "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert compared["n_common"] == 70
    [area] = [one for one in compared["pairs"] if (one["metric"], one["label"]) == ("auroc", "spot")]
    assert (area["difference"], area["low"], area["high"], area["p"]) == (0, 0, 0, None)


def test_recalibrating_on_the_images_of_the_calibration_is_said(tmp_path, models, labelled, capsys):
    file = saved(tmp_path, trained())
    assert cli.main(["model", "add", str(file), "--labels", "clear,spot", "--data", str(labelled), "--yes"]) == 0
    assert cli.main(["model", "check", "mine", "--data", str(labelled)]) == 1
    assert "60 of 120 images are among the images that it was calibrated on" in capsys.readouterr().out
    assert cli.main(["model", "check", "mine"]) == 0
    printed = capsys.readouterr().out
    assert "Grad-CAM equals that of tf-keras-vis" in printed
    assert "FAILED" not in printed


def test_an_exported_model_is_added_elsewhere_under_another_name(tmp_path, models, labelled, capsys):
    file = saved(tmp_path, trained())
    assert cli.main(["model", "add", str(file), "--labels", "clear,spot", "--data", str(labelled), "--yes"]) == 0
    capsys.readouterr()
    assert cli.main(["model", "export", "mine", "--out", str(tmp_path)]) == 0
    archive = tmp_path / "mine-1.0.0.zip"
    assert capsys.readouterr().out.strip() == str(archive)
    assert cli.main(["model", "export", "mine", "--out", str(tmp_path)]) == 2
    assert cli.main(["model", "add", str(archive), "--models", str(tmp_path / "elsewhere"), "--id", "theirs"]) == 0
    theirs = list_models(tmp_path / "elsewhere")
    assert (list(theirs.cards), theirs.refused) == (["theirs"], {})
    assert theirs.cards["theirs"].labels == list_models(models).cards["mine"].labels


def test_a_saved_model_is_added_and_explains_with_gradients(tmp_path, models, labelled, capsys):
    network().export(tmp_path / "mine", verbose=False)
    asked = ["model", "add", str(tmp_path / "mine"), "--labels", "clear,spot", "--scaling", "0-1", "--resize", "pad"]
    assert cli.main([*asked, "--json"]) in (0, 1)
    report = json.loads(capsys.readouterr().out)["report"]
    verdicts = {check["name"]: check["verdict"] for check in report["checks"]}
    assert verdicts["grad-cam"] == "passed", verdicts
    assert "rebuilt of Keras layers" in " ".join(report["notes"])
    image = labelled / "spot" / "001.png"
    out = tmp_path / "out"
    assert cli.main(["predict", str(image), "--model", "mine", "--explain", "grad-cam", "--out", str(out)]) == 0
    assert list(out.glob("*.png"))


def test_an_archive_whose_weights_were_changed_is_refused(tmp_path, models, labelled, capsys):
    file = saved(tmp_path, trained())
    asked = ["model", "add", str(file), "--labels", "clear,spot", "--scaling", "0-1", "--resize", "pad"]
    assert cli.main(asked) == 0
    assert cli.main(["model", "export", "mine", "--out", str(tmp_path / "whole.zip")]) == 0
    other = saved(tmp_path, network(), "other.keras").read_bytes()
    with zipfile.ZipFile(tmp_path / "whole.zip") as whole, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in whole.namelist():
            bad.writestr(name, other if name.endswith("weights.keras") else whole.read(name))
    assert cli.main(["model", "add", str(tmp_path / "bad.zip"), "--models", str(tmp_path / "elsewhere")]) == 2
    assert "SHA-256" in capsys.readouterr().err
    assert not list((tmp_path / "elsewhere").glob("*"))


def test_removal_asks(tmp_path, models, monkeypatch, capsys):
    file = saved(tmp_path, network())
    asked = ["model", "add", str(file), "--labels", "a,b", "--scaling", "0-1", "--resize", "pad"]
    assert cli.main(asked) in (0, 1)
    assert cli.main(["model", "remove", "mine"]) == 2
    assert "--yes" in capsys.readouterr().err
    typed(monkeypatch, "no")
    assert cli.main(["model", "remove", "mine"]) == 2
    assert (models / "mine").exists()
    typed(monkeypatch, "y")
    assert cli.main(["model", "remove", "mine"]) == 0
    assert list(models.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        ("--size", "big", "HxW"), ("--coverage", "1.5", "--coverage"), ("--map", "x", "NAME=LABEL"),
        ("--thresholds", "best", "no rule"), ("--data", "nowhere", "does not exist"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_said(tmp_path, models, wrong, capsys):
    option, value, words = wrong
    file = saved(tmp_path, network())
    assert cli.main(["model", "add", str(file), "--labels", "a,b", option, value]) == 2
    assert words in capsys.readouterr().err


def test_a_size_is_taken(tmp_path, models):
    import keras

    image = keras.Input((None, None, 1))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, activation="relu")(image))
    file = saved(tmp_path, keras.Model(image, keras.layers.Dense(2, activation="softmax")(x)))
    asked = [
        "model",
        "add",
        str(file),
        "--labels",
        "a,b",
        "--scaling",
        "0-1",
        "--resize",
        "pad",
        "--size",
        f"{SIDE}x48",
    ]
    cli.main(asked)
    card = read_card(models / "mine" / "card.toml")
    assert (card.input.height, card.input.width) == (SIDE, 48)
