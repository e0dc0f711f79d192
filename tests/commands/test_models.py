import json
import shutil

import pytest

from meddx import cli
from meddx.model.card import read_card
from meddx.model.inference.evidence import ONNX_RUNTIME, TENSORFLOW, Evidence, evidence_folder, machine, write_evidence


def test_json_holds_what_scripts_are_promised(untrained_models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    assert cli.main(["models", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["id"], first["version"], first["title"]) == ("untrained", "1.0.0", "Untrained exclusive")
    assert first["labels"] == ["NORMAL", "EFFUSION", "NODULE"]
    assert first["modality"] == ["CR", "DX"]
    assert first["input"] == {
        "height": 32, "width": 32, "channels": 1, "low": 0.0, "high": 1.0, "resize": "pad", "scaling": None,
        "channel_order": None,
    }  # fmt: skip
    assert len(first["sha256"]) == 64
    assert (first["parameters"], second["parameters"]) == (5339, 6655)
    assert second["task"] == "multilabel"


def test_a_folder_that_is_no_model_is_named_and_the_others_are_listed(untrained_models, tmp_path, capsys):
    models = tmp_path / "models"
    shutil.copytree(untrained_models, models)
    (models / "broken").mkdir()
    assert cli.main(["models", "--dir", str(models)]) == 1
    said = capsys.readouterr()
    assert "broken refused" in said.err
    assert "untrained-multi" in said.out
    assert "Not a medical device" in said.out


def test_a_model_that_lists_and_does_not_load_is_named_when_asked(untrained_models, tmp_path, capsys):
    models = tmp_path / "models"
    shutil.copytree(untrained_models, models)
    with (models / "untrained" / "weights.keras").open("ab") as file:
        file.write(b"corrupted")
    assert cli.main(["models", "--dir", str(models)]) == 0
    capsys.readouterr()
    assert cli.main(["models", "--dir", str(models), "--load"]) == 1
    said = capsys.readouterr()
    assert "untrained refused: Model untrained failed: untrained/card.toml: field weights.sha256" in said.err
    assert "untrained-multi refused" not in said.err
    assert cli.main(["models", "--dir", str(untrained_models), "--load"]) == 0


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["table", "json"])
@pytest.mark.parametrize(("folder", "code"), [("", 0), ("nowhere", 2)], ids=["empty", "absent"])
def test_where_there_is_no_model_it_says_where_it_looked_and_what_to_do(tmp_path, capsys, options, folder, code):
    assert cli.main(["models", "--dir", str(tmp_path / folder), *options]) == code
    printed = capsys.readouterr()
    assert str(tmp_path / folder) in printed.err
    assert "MEDDX_MODELS" in printed.err
    if options and not code:
        assert json.loads(printed.out) == []


def test_it_says_what_runs_each_model_here_and_how_much_faster(untrained_models, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_CACHE", str(tmp_path))
    folder = evidence_folder(read_card(untrained_models / "untrained" / "card.toml").weights.sha256, ["features"])
    folder.mkdir(parents=True)
    milliseconds = {1: {TENSORFLOW: 45.0, ONNX_RUNTIME: 30.0}}
    write_evidence(folder, Evidence(chosen=ONNX_RUNTIME, milliseconds=milliseconds, machine=machine()))
    assert cli.main(["models", "--dir", str(untrained_models)]) == 0
    rows = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip().startswith("untrained")]
    assert rows[0].endswith("ONNX Runtime, 1.5 times as fast")
    assert rows[1].endswith("TensorFlow")
