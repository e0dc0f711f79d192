"""`meddx robustness` with measured rows that are given."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from meddx.cli import main
from meddx.evaluate import robustness
from meddx.evaluate.robustness import RobustnessRow, read_robustness
from meddx.training import recipe

ROWS = [
    RobustnessRow("none", 0, 0.0, "", 0.9, 0.8, 0.95, 0.97, 0.9, 1.0, 40),
    RobustnessRow("blur", 2, 1.5, "pixels", 0.75, 0.6, 0.85, 0.9, 0.8, 0.95, 40),
]


@pytest.fixture
def folder(untrained_models, tmp_path, monkeypatch):
    """A model's folder; the recipe's test set is asked for beside the recipe, and has 40 images."""

    def sets(beside):
        assert beside == Path("somewhere")
        return SimpleNamespace(test=range(40))

    def measured(answered, card, images, done):
        assert (card.id, len(images)) == ("untrained", 40)
        return ROWS

    monkeypatch.setattr(recipe, "read_recipe", lambda path: SimpleNamespace(sets=sets))
    monkeypatch.setattr(robustness, "measure_robustness", measured)
    return Path(shutil.copytree(untrained_models / "untrained", tmp_path / "untrained"))


def asked(folder, *options):
    return main(["robustness", "--model", "untrained", "--models", str(folder.parent), *options])


def test_the_table_is_written_into_the_models_folder_and_printed(folder, capsys):
    assert asked(folder, "--recipe", "somewhere/recipe.toml") == 0
    assert read_robustness(folder / "robustness.csv") == ROWS
    none, blur = capsys.readouterr().out.splitlines()
    assert " ".join(none.split()) == "none 0 accuracy 0.900 (0.800 to 0.950) AUROC 0.970 (0.900 to 1.000) n = 40"
    assert blur.endswith("n = 40  1.5 (pixels)")


def test_json_is_one_document_of_the_rows(folder, capsys):
    assert asked(folder, "--recipe", "somewhere/recipe.toml", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [(row["corruption"], row["accuracy"]) for row in found] == [("none", 0.9), ("blur", 0.75)]


def test_a_model_that_is_not_installed_is_an_error_and_nothing_is_written(folder, capsys):
    assert main(["robustness", "--model", "gone", "--models", str(folder.parent)]) == 2
    assert "No model 'gone'" in capsys.readouterr().err
    assert not (folder / "robustness.csv").exists()
