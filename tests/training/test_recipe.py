from pathlib import Path

import pytest

from meddx.config import ROOT
from meddx.errors import Refused
from meddx.evaluate.sets.recipe_sets import resolve
from meddx.training.recipe import read_recipe

CONFIGS = sorted((ROOT / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_recipe_in_the_repository_is_valid_and_named_after_its_model(path):
    assert read_recipe(path).id == path.stem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("epochs = 30", "epochs = 0", "field fitting.epochs, value 0"),
        ('"plain_cnn"', '"vgg99"', "architecture must be one of plain_cnn"),
        ("batch = 32", "batches = 32", "field fitting.batches"),
        ('negative = ["viral"]', 'negative = ["fungal"]', "must name labels"),
        ('negative = ["viral"]', 'negative = ["bacterial"]', "each once"),
        ("[fitting]", "[fitting", "cannot be read as TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path, old, new, said):
    text = (ROOT / "configs" / "chest-plain-cnn.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_recipe(tmp_path / "mine.toml")
    assert said in refusal.value.reason


def test_paths_lie_beside_the_recipe_or_among_the_public_data(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_DATA", str(tmp_path))
    assert resolve("data:chest/train", Path("configs")) == tmp_path / "chest/train"
    assert resolve("images", Path("configs")) == Path("configs/images")


def test_public_data_that_are_not_there_are_asked_for(monkeypatch):
    monkeypatch.setattr("meddx.evaluate.sets.recipe_sets.data_dir", lambda: None)
    with pytest.raises(Refused, match="MEDDX_DATA"):
        resolve("data:chest/train", Path("configs"))
