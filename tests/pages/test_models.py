"""The Models page without a browser: every installed model, and the folders that lack something."""

import subprocess
import sys
from html import escape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.robustness import read_robustness
from meddx.evaluate.shortcuts import probe_table as shortcuts
from meddx.evaluate.shortcuts.search_record import SearchRecord, write_search
from meddx.model.registry import list_models
from tests.pages.chinese import english_left, in_chinese
from tests.patience import SECONDS
from tests.untrained import write_model

PAGE = str(ROOT / "pages" / "models.py")
SHIPPED = list_models(ROOT / "models").models
METRIC = {"name": "auroc", "set": "test", "value": 0.91, "low": 0.85, "high": 0.96, "n": 77, "interval": "by hand"}


def opened(models, name=None):
    """The page for a models folder, with ?model=NAME."""
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    if name is not None:
        page.query_params["model"] = name
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(models))
        page.run()
    assert not page.exception
    return page


def words(page):
    """Everything the page says in HTML, Markdown and captions."""
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.text]])


@pytest.fixture
def models(tmp_path):
    """A whole card, and one that breaks a rule."""
    write_model(tmp_path, "whole", title="Whole <b>model</b>")
    write_model(tmp_path, "broken", version="first")
    return tmp_path


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.card.id)
def test_every_shipped_model_is_shown_with_limits_intervals_and_n(model):
    page = opened(ROOT / "models", model.card.id)
    said = words(page)
    card = model.card
    assert page.radio[0].value == card.id
    for sentence in (card.title, card.use.intended, card.use.not_for, *card.use.known_failures):
        assert escape(sentence) in said
    for fact in (card.training.licence, card.training.split_rule, f"{card.training.n_train:,} training"):
        assert fact in said
    shown = [metric for metric in card.metrics if metric.set == "test" and metric.label is None]
    assert shown
    for metric in shown:
        assert f"{metric.low:.3f} to {metric.high:.3f}" in said
        assert f"n {metric.n:,}" in said
    assert len(page.get("plotly_chart")) == 1
    assert "Validation loss is lowest" in said
    for row in [] if card.is_fused else read_robustness(model.folder / "robustness.csv"):  # it corrupts images alone
        assert f"{row.accuracy_low:.3f} to {row.accuracy_high:.3f}" in said
    assert ("Synthetic" in said) == card.synthetic


def test_earlier_versions_are_named():
    assert "the predictions of version 1.0.0 for the same cases" in words(
        opened(ROOT / "models", "bloodmnist-efficientnet")
    )
    assert "The Compare page has" not in words(opened(ROOT / "models", "bloodmnist-plain-cnn"))


def test_an_unknown_model_in_the_address_is_said(models):
    said = words(opened(models, "gone"))
    assert "Model not found" in said
    assert "Whole" in said


def test_the_choice_is_in_the_address(tmp_path):
    write_model(tmp_path, "one")
    write_model(tmp_path, "two")
    page = opened(tmp_path)
    assert page.query_params["model"] == "one"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(tmp_path))
        page.radio[0].set_value("two").run()
    assert page.query_params["model"] == "two"
    assert "two 1.0.0" in words(page)


def test_a_folder_that_cannot_be_used_is_listed_with_its_reason(models):
    said = words(opened(models))
    assert "field version" in said
    assert "1 more folder cannot be used" in said


def test_only_unusable_folders_leave_a_page_that_says_so(models):
    (models / "whole" / "card.toml").unlink()
    page = opened(models)
    assert page.header[0].value == "No model is installed"
    assert "field version" in words(page)
    assert "whole has no card.toml" in words(page)


def test_what_a_folder_lacks_is_said(models):
    said = words(opened(models))
    assert "The card has no test-set metrics." in said
    assert "The card names no known failure." in said
    assert "no recorded test predictions" in said
    assert "no training curve" in said
    assert "python -m meddx robustness --model whole" in said


def test_card_texts_are_no_html(models):
    page = opened(models)
    assert "<b>model</b>" not in " ".join(element.proto.body for element in page.get("html"))


def test_recorded_predictions_of_other_labels_are_not_shown(models):
    of = Predictions(
        ("A", "B"), ("1",), ("1",), np.array([[True, False]]), np.zeros((1, 2), np.float32), np.full((1, 2), 0.5)
    )
    write_predictions(models / "whole" / "predictions-test.parquet", of)
    assert "no recorded test predictions of these labels" in words(opened(models))


def test_the_page_loads_no_tensorflow():
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({PAGE!r}, default_timeout={SECONDS}).run()
assert not page.exception and page.radio
assert not {{"tensorflow", "keras"}} & set(sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_what_the_probe_for_shortcuts_found_is_said_in_a_sentence_with_its_numbers(models):
    said = words(opened(models, "whole"))
    assert "python -m meddx shortcuts --model whole" in said
    assert "--data PATH --keep" in said
    found = [
        shortcuts.ShortcutRow("swap", "upper left corner", "NODULE", 3.5, 3.1, 3.9, 0.2, 0.1, 0.3, 88),
        shortcuts.ShortcutRow("insert", "tube", "NODULE", 0.1, 0.0, 0.2, -0.4, -0.5, -0.3, 88),
    ]
    shortcuts.write_shortcuts(models / "whole" / shortcuts.SHORTCUTS_FILE, found)
    said = words(opened(models, "whole"))
    assert "the score depends on the upper left corner, which may be unrelated to the disease." in said
    assert "88 test images" in said
    assert "<b>3.50</b><span>3.10 to 3.90</span>" in said


def test_a_model_without_a_found_shortcut_is_not_called_innocent(models):
    folder = models / "whole"
    row = shortcuts.ShortcutRow("insert", "tube", "NODULE", 0.1, 0.0, 0.2, -0.4, -0.5, -0.3, 88)
    shortcuts.write_shortcuts(folder / shortcuts.SHORTCUTS_FILE, [row])
    assert "The rest of the frame was not searched" in words(opened(models, "whole"))
    card = list_models(models).cards["whole"]
    region = {"label": "NODULE", "top": 0.0, "left": 0.9375, "bottom": 1.0, "right": 1.0, "ring": 0.0}
    heaviest = region | {"share": 0.05, "shift": 0.2, "steadiness": 0.4, "weight": 0.1, "weight_low": -0.2}
    record = SearchRecord(
        weights_sha256=card.weights.sha256, images="images brought for this probe", n=58, looked_at=130,
        detectable=0.27, detectable_shift=1.6, auroc=0.91, auroc_without=0.85, rows=(heaviest,),
    )  # fmt: skip
    write_search(folder, record)
    said = words(opened(models, "whole"))
    assert "does not depend" not in said
    assert "130 regions of the frame" in said
    assert "carries less than 27\N{NO-BREAK SPACE}% of the score's difference" in said
    assert "the AUROC of 0.910 would be 0.850) would often have been missed" in said
    assert "88 images brought for this probe" in said
    accused = record.model_copy(update={"rows": (record.rows[0].model_copy(update={"weight_low": 1.3}),)})
    write_search(folder, accused)
    said = words(opened(models, "whole"))
    sentence = (
        "Possible shortcut: the score depends on a band down the right part (5\N{NO-BREAK SPACE}% of the difference"
    )
    assert sentence in said
    write_search(folder, record.model_copy(update={"weights_sha256": "0" * 64}))
    assert "is of other weights" in words(opened(models, "whole"))


@pytest.mark.parametrize("name", ["chest-efficientnet", "phantom-cnn"])
def test_in_chinese_no_sentence_is_english(name):
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    page.query_params["model"] = name
    card = next(one.card for one in SHIPPED if one.card.id == name)
    assert english_left(in_chinese(page), card.training.licence) == []


def test_in_chinese_what_a_folder_lacks_is_said(models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    page = in_chinese(AppTest.from_file(PAGE, default_timeout=SECONDS))
    assert "模型卡没有测试集指标。" in words(page)
    assert english_left(page, "String should match pattern") == []  # what pydantic says of a field
