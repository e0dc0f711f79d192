"""The images behind recorded predictions: found through the model's recipe, opened in Diagnose."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT, data_dir
from meddx.evaluate.predictions import read_predictions
from meddx.imaging.read_image import read_image
from meddx.model.registry import list_models
from meddx.types import Refusal, StoredFrame
from pages.ui.common import recorded_images
from tests.patience import SECONDS
from tests.untrained import write_model

RECIPE = """
[[labels]]
name = "dark"
[[labels]]
name = "light"
[fitting]
seed = 1
[data]
name = "two grey images"
licence = "none"
split_rule = "none"
train = {{ kind = "medmnist", file = "{file}", split = "train" }}
validation = {{ kind = "medmnist", file = "{file}", split = "val" }}
test = {{ kind = "medmnist", file = "{file}", split = "test" }}
"""


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A model with a recipe, one without, and the archive of the first."""
    images = np.stack([np.full((28, 28), value, np.uint8) for value in (10, 240)])
    labels = np.array([[0], [1]])
    arrays = {f"{s}_images": images + place for place, s in enumerate(("train", "val", "test"))}
    np.savez(tmp_path / "images.npz", **arrays, **{f"{s}_labels": labels for s in ("train", "val", "test")})
    (tmp_path / "recipe.toml").write_text(RECIPE.format(file=tmp_path / "images.npz"))
    training = {
        "data": "images", "licence": "none", "split_rule": "none", "n_train": 2, "n_validation": 2, "n_test": 2,
    }  # fmt: skip
    write_model(tmp_path / "models", "with", training=training | {"config": str(tmp_path / "recipe.toml")})
    write_model(tmp_path / "models", "without", training=training | {"config": str(tmp_path / "lost.toml")})
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_the_image_of_either_set_is_found(models):
    for split, offset in (("validation", 1), ("test", 2)):
        name = {"validation": "val", "test": "test"}[split]
        image = recorded_images.recorded_image("with", f"{name}/000001", split)
        assert np.all(read_image(image.data, image.frame).values == 240 + offset)


@pytest.mark.parametrize(
    ("model", "case", "rule"),
    [("with", "test/000009", "no-case"), ("without", "test/000001", "no-recipe"), ("none", "x", "no-model")],
)
def test_what_is_missing_is_said(models, model, case, rule):
    answer = recorded_images.recorded_image(model, case)
    assert isinstance(answer, Refusal)
    assert answer.rule == rule


def test_opening_adds_the_image_once_at_its_frame_and_chooses_the_model(monkeypatch, engine):
    def script():
        import streamlit as st

        from meddx.types import StoredFrame
        from pages.ui.common import recorded_images
        from pages.ui.common.session import session

        if st.button("open"):
            recorded_images.open_in_diagnose("a.dcm", StoredFrame(b"image", 2), "other")
        st.write(f"{len(session().cases)} image, frame {session().current.frame if session().current else None}")

    monkeypatch.setattr(recorded_images.st, "switch_page", lambda page: recorded_images.st.write(f"to {page}"))
    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    for _ in range(2):
        page.button[0].click().run()
        assert not page.exception
        assert [element.value for element in page.markdown] == ["to diagnose.py", "1 image, frame 2"]
        assert page.session_state["images"].model == "other"


@pytest.mark.data
@pytest.mark.skipif(data_dir() is None, reason="the public data sets are not here (MEDDX_DATA)")
@pytest.mark.parametrize(
    "model", [m for m in list_models(ROOT / "models").models if not m.card.synthetic], ids=lambda model: model.card.id
)
@pytest.mark.parametrize("split", ["validation", "test"])
def test_every_recorded_case_of_a_shipped_model_has_its_image(model, split):
    cases = read_predictions(model.folder / f"predictions-{split}.parquet").cases
    for case in (cases[0], cases[len(cases) // 2], cases[-1]):
        image = recorded_images.recorded_image(model.card.id, case, split)
        assert isinstance(image, StoredFrame), image
        assert read_image(image.data, image.frame).values.size


def test_an_archive_that_was_replaced_is_opened_anew(models):
    assert recorded_images.recorded_image("with", "val/000001", "validation")
    images, labels = np.full((2, 28, 28), 99, np.uint8), np.array([[0], [1]])
    arrays = {f"{s}_images": images for s in ("train", "val", "test")}
    archive = models.parent / "images.npz"
    np.savez(models.parent / "new.npz", **arrays, **{f"{s}_labels": labels for s in ("train", "val", "test")})
    (models.parent / "new.npz").replace(archive)
    image = recorded_images.recorded_image("with", "val/000001", "validation")
    assert np.all(read_image(image.data, image.frame).values == 99)
