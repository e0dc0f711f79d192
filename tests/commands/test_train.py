import json
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest

from meddx.config import ROOT
from tests.training.test_run_training import COMPARISON, RECIPE


def images(folder):
    generator = np.random.default_rng(0)
    for split, patients in (("train", 12), ("test", 6)):
        for patient in range(patients):
            label = ("above", "below")[patient % 2]
            (folder / split / label).mkdir(parents=True, exist_ok=True)
            pixels = generator.integers(0, 100, (16, 16))
            pixels[slice(0, 8) if label == "above" else slice(8, 16)] += 100
            PIL.Image.fromarray(pixels.astype(np.uint8)).save(folder / split / label / f"p{patient}-0.png")


def meddx(*arguments):
    command = [sys.executable, "-m", "meddx", "train", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def tiny(folder):
    images(folder)
    recipe = RECIPE.format(
        task="exclusive",
        architecture="plain_cnn",
        options="{ filters = [2, 4], units = 8 }",
        comparisons=COMPARISON,
    )
    (folder / "tiny.toml").write_text(recipe, encoding="utf-8")
    return folder / "tiny.toml"


def test_one_json_document_on_stdout_and_progress_on_stderr(tmp_path):
    done = meddx(tiny(tmp_path), "--models", tmp_path / "m", "--runs", tmp_path / "r", "--threads", "1", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["epochs"], result["n"]) == (4, 6)
    assert set(result["per_label"]) == {"above", "below", "up"}
    assert result["metrics"]["accuracy"]["low"] <= result["metrics"]["accuracy"]["value"]
    assert "epoch 4" in done.stderr
    assert (tmp_path / "m" / "tiny" / "card.toml").is_file()


def test_folds_give_mean_and_spread_and_no_model(tmp_path):
    done = meddx(
        tiny(tmp_path), "--folds", "3", "--models", tmp_path / "m", "--runs", tmp_path / "r", "--threads", "1", "--json"
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["folds"], sum(result["n"])) == (3, 12)
    accuracy = result["metrics"]["accuracy"]
    assert accuracy["mean"] == pytest.approx(sum(accuracy["folds"]) / 3)
    assert [accuracy["min"], accuracy["max"]] == sorted(accuracy["folds"])[::2]
    assert set(result["per_label"]) == {"above", "below", "up"}
    assert not (tmp_path / "m").exists()


def test_a_recipe_that_is_not_there_is_the_fault_of_the_command(tmp_path):
    done = meddx(tmp_path / "none.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
