import json

from meddx import cli
from tests.engine.answers import images


def test_a_named_set_is_probed_and_the_models_folder_is_left_alone(untrained_models, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    for index, image in enumerate(images(6)):
        place = tmp_path / ("NORMAL", "NODULE")[index % 2] / f"{index}.dcm"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(image)
    asked = ["shortcuts", "--model", "untrained", "--data", str(tmp_path), "--images", "5", "--json"]
    assert cli.main(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["n"]) == ("untrained", 5)
    assert {row["label"] for row in found["rows"]} == {"NORMAL", "NODULE"}
    assert found["accused"] == any(row["accused"] for row in found["rows"])
    assert all(row["lost_low"] <= row["lost"] <= row["lost_high"] for row in found["rows"])
    assert not (untrained_models / "untrained" / "shortcuts.csv").exists()


def test_one_image_is_too_few(untrained_models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    assert cli.main(["shortcuts", "--model", "untrained", "--images", "1"]) == 2
    assert "at least 2" in capsys.readouterr().err
