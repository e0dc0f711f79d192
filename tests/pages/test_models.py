"""The Models page without a browser: every installed model, and the folders that lack something."""

import subprocess
import sys
from html import escape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.evaluate.predictions import Predictions, read_predictions, write_predictions
from meddx.evaluate.robustness import RobustnessRow, read_robustness
from meddx.evaluate.shortcuts import probe_table as shortcuts
from meddx.model.card import read_card
from meddx.model.registry import list_models
from pages.ui.models import confusion_tables, performance, robustness, training_curve
from tests.untrained import label, write_model

PAGE = str(ROOT / "pages" / "models.py")
SHIPPED = list_models(ROOT / "models").models
METRIC = {"name": "auroc", "set": "test", "value": 0.91, "low": 0.85, "high": 0.96, "n": 77, "interval": "by hand"}


def opened(models, name=None):
    """The page for a models folder, with ?model=NAME."""
    page = AppTest.from_file(PAGE, default_timeout=30)
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
    for row in read_robustness(model.folder / "robustness.csv"):
        assert f"{row.accuracy_low:.3f} to {row.accuracy_high:.3f}" in said
    assert ("Synthetic" in said) == card.synthetic


def test_earlier_versions_are_named():
    assert "What version 1.0.0 said of the same cases is kept" in words(
        opened(ROOT / "models", "bloodmnist-efficientnet")
    )
    assert "is kept" not in words(opened(ROOT / "models", "bloodmnist-plain-cnn"))


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.card.id)
def test_the_matrix_agrees_with_the_card(model):
    recorded = read_predictions(model.folder / "predictions-test.parquet")
    html = confusion_tables.confusion_html(model.card, recorded)
    counts = [int(cell.split("</b>")[0].replace(",", "")) for cell in html.split("<b>")[1:]]
    size = len(model.card.labels) if model.card.task == "exclusive" else 2
    squares = np.array(counts).reshape(-1, size, size)
    right = np.mean([np.trace(square) / square.sum() for square in squares])
    [accuracy] = [m.value for m in model.card.metrics if (m.name, m.set, m.label) == ("accuracy", "test", None)]
    assert abs(right - accuracy) < 1e-6


def test_an_unknown_model_in_the_address_is_said(models):
    said = words(opened(models, "gone"))
    assert "No such model" in said
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
    assert "The card states no measurement on a test set." in said
    assert "The card names no known failure." in said
    assert "no recorded test predictions" in said
    assert "no training curve" in said
    assert "no table of worse images" in said


def test_card_texts_are_no_html(models):
    page = opened(models)
    assert "<b>model</b>" not in " ".join(element.proto.body for element in page.get("html"))


def test_recorded_predictions_of_other_labels_are_not_shown(models):
    of = Predictions(
        ("A", "B"), ("1",), ("1",), np.array([[True, False]]), np.zeros((1, 2), np.float32), np.full((1, 2), 0.5)
    )
    write_predictions(models / "whole" / "predictions-test.parquet", of)
    assert "no recorded test predictions of these labels" in words(opened(models))


def test_models_of_the_same_data_stand_side_by_side_and_others_do_not(tmp_path):
    ours = {"data": "x", "licence": "y", "split_rule": "z", "n_train": 1, "n_validation": 1, "n_test": 1, "config": "c"}
    for name, data in (("a", "x"), ("b", "x"), ("c", "another")):
        write_model(tmp_path, name, title=f"Model {name}", metrics=[METRIC], training=ours | {"data": data})
    cards = list_models(tmp_path).cards
    compared = performance.siblings(cards["b"], cards)
    assert [card.id for card in compared] == ["b", "a"]
    html = performance.siblings_table(compared)
    assert html.index("Model b") < html.index("Model a")
    assert html.count("0.850 to 0.960") == html.count("n 77") == 2


def test_many_labels_are_numbered_and_empty_rows_claim_no_percentage(tmp_path):
    names = [f"L{number}" for number in range(8)]
    folder = write_model(tmp_path)
    card = read_card(folder / "card.toml")
    labels = tuple(card.labels[0].model_copy(update=label(name) | {"code": card.labels[0].code}) for name in names)
    card = card.model_copy(update={"labels": labels})
    targets = np.eye(8, dtype=bool)[[0, 1, 2]]
    recorded = Predictions(tuple(names), ("a", "b", "c"), ("a", "b", "c"), targets, targets * 1.0, targets * 1.0)
    html = confusion_tables.confusion_html(card, recorded)
    assert ">8 L7<" in html
    assert html.count("no such case") == 5 * 8


def test_only_a_fall_beyond_both_intervals_is_called_one():
    def row(corruption, strength, amount, low, high):
        middle = (low + high) / 2
        return RobustnessRow(corruption, strength, amount, "unit", middle, low, high, 0.9, 0.8, 1.0, 50)

    rows = [row("none", 0, 0.0, 0.8, 0.9)]
    rows += [row("blur", 1, 0.5, 0.75, 0.85), row("blur", 2, 1.0, 0.6, 0.79), row("JPEG", 1, 80, 0.7, 0.81)]
    said = robustness.robustness_sentences(rows)
    assert "from blur 1." in said
    assert "No clear fall at any strength tried: JPEG." in said
    assert robustness.robustness_table(rows).count('class="falls"') == 1


@pytest.mark.parametrize(
    "content",
    ["", "epoch,loss\n1,2\n", "epoch,loss,validation_loss\n", "epoch,loss,validation_loss\n1,nan,2\n", "\x00\xff"],
)
def test_a_curve_that_is_none_is_not_drawn(tmp_path, content):
    (tmp_path / "curve.csv").write_bytes(content.encode("latin-1"))
    assert training_curve.read_curve(tmp_path / "curve.csv") is None


def test_the_curve_marks_the_lowest_validation_loss(tmp_path):
    (tmp_path / "curve.csv").write_text("epoch,loss,validation_loss\n1,3,2.5\n2,2,1.25\n3,1,1.5\n")
    read = training_curve.read_curve(tmp_path / "curve.csv")
    assert "lowest at epoch 2" in training_curve.training_sentence(read)
    mark = training_curve.training_figure(read)["data"][-1]
    assert (mark["x"], mark["y"]) == ([2], [1.25])


def test_the_page_loads_no_tensorflow():
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({PAGE!r}, default_timeout=60).run()
assert not page.exception and page.radio
assert not {{"tensorflow", "keras"}} & set(sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_what_the_probe_for_shortcuts_found_is_said_in_a_sentence_with_its_numbers(models):
    assert "Not probed for shortcuts." in words(opened(models, "whole"))
    found = [
        shortcuts.ShortcutRow("swap", "upper left corner", "NODULE", 3.5, 3.1, 3.9, 0.2, 0.1, 0.3, 88),
        shortcuts.ShortcutRow("insert", "tube", "NODULE", 0.1, 0.0, 0.2, -0.4, -0.5, -0.3, 88),
    ]
    shortcuts.write_shortcuts(models / "whole" / shortcuts.SHORTCUTS_FILE, found)
    said = words(opened(models, "whole"))
    assert "Its answer follows the upper left corner, which may say nothing of the illness." in said
    assert "88 test images" in said
    assert "<b>3.50</b><span>3.10 to 3.90</span>" in said
    shortcuts.write_shortcuts(models / "whole" / shortcuts.SHORTCUTS_FILE, found[1:])
    assert "The answer does not follow corners" in words(opened(models, "whole"))
