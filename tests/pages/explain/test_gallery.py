"""Which images the gallery shows, and how: with a fake engine."""

import io
import re
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.engine.contract import MAP_GALLERY
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.labelled_set import LesionMask
from meddx.explain.methods import METHODS, SLOW
from meddx.model.registry import find_model
from meddx.types import MapGallery, MethodPicture, Refusal
from pages.ui.explain.gallery import example_images, gallery_panel
from tests.pages.common.test_recorded_images import RECIPE
from tests.patience import SECONDS
from tests.untrained import label, network, write_model

PAGE = str(ROOT / "pages" / "explain.py")


def model_with_test_images(models, probabilities, groups):
    """A model of two labels, the first the absence of disease; every other of its 28 x 28 images has the second."""
    n = len(probabilities)
    arrays = {}
    for split in ("train", "val", "test"):
        arrays[f"{split}_images"] = np.arange(n * 784, dtype=np.uint8).reshape(n, 28, 28)
        arrays[f"{split}_labels"] = np.arange(n)[:, None] % 2
    np.savez(models / "images.npz", **arrays)
    (models / "recipe.toml").write_text(RECIPE.format(file=models / "images.npz"))
    training = {
        "data": "images", "licence": "none", "split_rule": "none", "n_train": n, "n_validation": n, "n_test": n,
        "config": str(models / "recipe.toml"),
    }  # fmt: skip
    labels = [label("dark", absence=True), label("light")]
    folder = write_model(models, "with", training=training, labels=labels, model=network(labels=2))
    light = np.array(probabilities)
    predictions = Predictions(
        labels=("dark", "light"),
        cases=tuple(f"test/{row:06}" for row in range(n)),
        groups=groups,
        targets=np.arange(n)[:, None] % 2 == [0, 1],
        logits=np.zeros((n, 2), np.float32),
        probabilities=np.stack([1 - light, light], axis=1),
    )
    write_predictions(folder / "predictions-test.parquet", predictions)
    return find_model(models, "with")


def test_test_images_are_drawn_of_findings_that_are_called_rightly_one_a_patient(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    called = [0.2] * 16
    for row, probability in {1: 0.9, 3: 0.3, 4: 0.8, 5: 0.8, 7: 0.7, 9: 0.6, 11: 0.55, 13: 0.95, 15: 0.5}.items():
        called[row] = probability  # 3 is missed, 4 has no finding
    patients = tuple("abcdefgggjklmnop")
    model = model_with_test_images(tmp_path, called, patients)
    examples = example_images.example_images(model)
    assert "Test images" in examples.origin, examples.origin
    rows = [int(one.name.rpartition("/")[2]) for one in examples.images]
    assert len(rows) == example_images.MOST_EXAMPLES
    assert len({patients[row] for row in rows}) == len(rows)
    assert all(called[row] >= 0.5 and row % 2 for row in rows)
    assert all(one.label == "light" and one.address.startswith("with/test/") for one in examples.images)
    assert "from the 7 findings" in examples.origin
    assert examples == example_images.example_images(model)

    ask = example_images.recorded_images.recorded_case
    lost = examples.images[2].name  # as in a copy of the data that lacks a file
    monkeypatch.setattr(
        example_images.recorded_images, "recorded_case",
        lambda model, case: Refusal("no-case", "It is not here.") if case == lost else ask(model, case),
    )  # fmt: skip
    assert example_images.example_images(model).images == examples.images[:2]


def test_a_mask_that_cannot_be_read_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    model = model_with_test_images(tmp_path, [0.2, 0.9] * 4, tuple("abcdefgh"))
    ask = example_images.recorded_images.recorded_case
    lost = LesionMask(tmp_path / "lost.png")
    monkeypatch.setattr(
        example_images.recorded_images, "recorded_case", lambda *given: replace(ask(*given), masks=(lost,))
    )
    assert "A mask of the set cannot be read (No such file" in example_images.example_images(model).origin


def test_without_test_images_a_model_for_chest_radiographs_is_shown_phantoms_with_marked_lesions(
    untrained_models,
):
    examples = example_images.example_images(find_model(untrained_models, "untrained"))
    assert [one.name for one in examples.images] == [
        "Phantom with consolidation", "Phantom with effusion", "Phantom with consolidation",
    ]  # fmt: skip
    assert [one.label for one in examples.images] == ["", "EFFUSION", ""]
    assert all(np.asarray(PIL.Image.open(io.BytesIO(one.masks[0]))).any() for one in examples.images)
    assert "say nothing about patients" in examples.origin


def test_a_model_for_other_images_says_why_there_are_none(tmp_path):
    write_model(tmp_path, "brain", accepts={"modality": ["MR"], "body_part": ["HEAD"]})
    examples = example_images.example_images(find_model(tmp_path, "brain"))
    assert examples.images == ()
    assert examples.origin == "No images to show: No predictions of test images are recorded with this model."


@pytest.mark.parametrize("slower", [False, True])
def test_the_methods_begin_with_the_models_own_and_end_below_the_slowest(slower):
    names = gallery_panel.methods_to_draw(None, slower=slower)
    assert names[0] == "grad-cam"
    assert len(set(names)) == len(names)
    assert ("occlusion" in names) == slower
    assert all(METHODS[name].passes < SLOW for name in names)


def gallery(**changes):
    file = io.BytesIO()
    PIL.Image.new("RGB", (4, 4)).save(file, "JPEG")
    pictures = (
        MethodPicture("grad-cam", file.getvalue(), "passed", "hiding it lowers the score"),
        MethodPicture("layer-cam", file.getvalue(), "failed", "<effect> on the prediction"),
        MethodPicture("eigen-cam", file.getvalue(), "nothing marked", ""),
    )
    return replace(MapGallery("EFFUSION", 0.62, file.getvalue(), pictures), **changes)


def test_each_picture_says_method_and_verdict(card):
    html = gallery_panel.gallery_row(gallery(), card)
    assert re.findall(r'<figure class="(\w+)"', html) == ["alone", "passed", "failed", "nothing"]
    assert re.findall(r'alt="([^"]*)"', html) == [
        "Image with Effusion, no map",
        "Grad-CAM for Effusion, quick check: passed",
        "LayerCAM for Effusion, quick check: failed",
        "Eigen-CAM for Effusion, quick check: nothing marked",
    ]
    assert 'title="&lt;effect&gt; on the prediction."' in html
    assert "<b>Effusion</b>62" in html


def test_an_image_is_begun_when_the_one_before_has_ended(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    page = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not page.exception
    [(kind, first)] = engine.started
    assert kind == MAP_GALLERY
    assert first["masks"]
    engine.statuses["job-0"] = replace(engine.statuses["job-0"], state="done", result=gallery())
    page = page.run()
    assert not page.exception
    assert len(engine.started) == 2
    assert any('<div class="gallery">' in element.proto.body for element in page.get("html"))
    engine.statuses["job-1"] = replace(engine.statuses["job-1"], state="failed", message="The engine ended.")
    page = page.run()
    assert len(engine.started) == 3
    assert any("The engine ended." in element.proto.body for element in page.get("html"))
