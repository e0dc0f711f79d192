import json

import pytest

from meddx import cli
from meddx.evaluate.shortcuts.search_record import read_search
from meddx.model.registry import find_model
from tests.engine.answers import images
from tests.untrained import write_model


@pytest.fixture
def labelled(tmp_path):
    """A folder of 36 images for each of two classes."""
    for index, image in enumerate(images(72)):
        place = tmp_path / "set" / ("NORMAL", "NODULE")[index % 2] / f"{index}.dcm"
        place.parent.mkdir(exist_ok=True, parents=True)
        place.write_bytes(image)
    return tmp_path / "set"


def test_a_named_set_is_probed_and_the_models_folder_is_left_alone_unless_asked(
    labelled, monkeypatch, tmp_path, capsys
):
    folder = write_model(tmp_path / "models", "untrained")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    asked = ["shortcuts", "--model", "untrained", "--data", str(labelled), "--images", "60", "--json"]
    assert cli.main(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["n"], found["images"]) == ("untrained", 60, "images brought for this probe")
    assert {row["label"] for row in found["rows"]} == {"NORMAL", "NODULE"}
    assert found["accused"] == any(row["accused"] for row in [*found["rows"], *found["search"]["rows"]])
    assert all(row["lost_low"] <= row["lost"] <= row["lost_high"] for row in found["rows"])
    assert all(row["weight_low"] <= row["weight"] for row in found["search"]["rows"])
    assert not (folder / "shortcuts.csv").exists()
    assert cli.main([*asked, "--keep"]) == 0
    assert (folder / "shortcuts.csv").exists()
    digest = find_model(tmp_path / "models", "untrained").card.weights.sha256
    assert read_search(folder, digest).images == "images brought for this probe"


def test_a_model_whose_recipe_is_elsewhere_is_told_how_to_be_probed(untrained_models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    assert cli.main(["shortcuts", "--model", "untrained"]) != 0
    said = capsys.readouterr().err
    assert "--recipe CONFIG.toml" in said
    assert "--data PATH --keep" in said


@pytest.mark.parametrize("options", [["--keep"], ["--data", "set", "--recipe", "one.toml"]])
def test_options_that_contradict_each_other_are_refused(options, untrained_models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    assert cli.main(["shortcuts", "--model", "untrained", *options]) == 2
    assert "--data" in capsys.readouterr().err


def test_one_image_is_too_few(untrained_models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    assert cli.main(["shortcuts", "--model", "untrained", "--images", "1"]) == 2
    assert "at least 2" in capsys.readouterr().err
