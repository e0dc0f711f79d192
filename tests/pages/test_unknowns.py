"""A model of which nothing is known that takes labelled images: every page opens, and says what it does not know."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.model.card import read_card
from pages.ui.compare import finding_agreement
from pages.ui.diagnose import counterfactual_panel
from pages.ui.diagnose.findings import findings_panel
from pages.ui.evaluate.exports import evaluation_facts
from pages.ui.evaluate.page_state import PageState
from tests.pages.fake import prediction
from tests.patience import SECONDS
from tests.untrained import LABELS, write_bare_model, write_model

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}


def recorded(exclusive=True):
    """Forty cases, told apart by chance."""
    generator = np.random.default_rng(1)
    targets = np.eye(3, dtype=bool)[np.repeat([0, 1, 2], [20, 15, 5])]
    logits = (generator.normal(size=(40, 3)) + 1.5 * targets).astype(np.float32)
    odds = np.exp(logits)
    probabilities = odds / odds.sum(axis=1, keepdims=True) if exclusive else odds / (1 + odds)
    cases = tuple(f"case {number}" for number in range(40))
    return Predictions(LABELS, cases, cases, targets, logits, probabilities.astype(np.float64))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unknowns")
    for task in ("exclusive", "multilabel"):
        write_bare_model(folder, f"bare-{task}", task)
        write_predictions(folder / f"bare-{task}" / "predictions-test.parquet", recorded(task == "exclusive"))
    write_model(folder, "calibrated")
    write_predictions(folder / "calibrated" / "predictions-test.parquet", recorded())
    return folder


@pytest.fixture
def bare(models):
    return read_card(models / "bare-exclusive" / "card.toml")


def opened(page, models, **address):
    test = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=SECONDS)
    for name, value in address.items():
        test.query_params[name] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(models))
        patch.setenv("MEDDX_DATA", str(models / "no data here"))
        test.run()
        assert not test.exception
    return test


def words(page):
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.text, *page.warning]])


@pytest.mark.parametrize("task", ["exclusive", "multilabel"])
def test_evaluate_gives_what_needs_no_threshold_and_lets_the_reader_choose_one(models, task):
    page = opened("evaluate", models, model=f"bare-{task}")
    said = words(page)
    assert "This model has no threshold for this label" in said
    assert "This model is not calibrated" in said
    assert "no threshold" in said
    assert "nan" not in said.lower()
    button = next(one for one in page.button if one.label == "Use 0.500")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(models))
        button.click().run()
    assert not page.exception
    assert "predicted positive at 0.500 or above" in words(page)


@pytest.mark.parametrize("task", ["exclusive", "multilabel"])
def test_the_models_page_says_what_is_not_known(models, task):
    said = words(opened("models", models, model=f"bare-{task}"))
    assert "Not known: the model was added from a file." in said
    assert "not calibrated here: its outputs are raw scores" in said
    assert "each map is stretched to its own maximum" in said
    assert "no coded concept" in said


def test_compare_takes_a_model_without_thresholds(models):
    said = words(opened("compare", models))
    assert "Not calibrated here: Untrained" in said
    assert "nan" not in said.lower()


def test_a_finding_without_cut_off_is_a_raw_score_and_no_finding(bare):
    answer = replace(prediction(SCORES), prediction_set=None, heatmap_scale=None, is_calibrated=False)
    data = findings_panel.findings_data(answer, bare, "EFFUSION")
    assert data["scale"] == "Raw score: not calibrated here"
    assert {(row["state"], row["status"], row["threshold"]) for row in data["rows"]} == {
        ("below", "No cut-off: not set for this model", None)
    }
    assert "never called a finding" in data["meaning"]
    assert data["prediction_set"].startswith("Not known: this model was not calibrated")
    assert data["similarity_title"] == "Similarity to calibration images"


def test_what_flips_is_not_asked_of_a_label_without_cut_off(bare):
    assert counterfactual_panel.render_counterfactual(None, bare, "EFFUSION") == {}


def test_two_models_of_which_one_has_no_threshold(bare, models):
    whole = read_card(models / "calibrated" / "card.toml")
    from pages.ui.compare.side_by_side import matched_labels

    answers = [replace(prediction(SCORES), is_calibrated=False), prediction(SCORES, ["EFFUSION"])]
    common = matched_labels([bare, whole])
    bars = finding_agreement.probability_bars([bare, whole], answers, common)
    assert "no threshold (raw score, not calibrated here)" in bars
    assert "at or above threshold" in bars
    sentences = finding_agreement.agreement_sentences([bare, whole], answers, common, ["EFFUSION", "EFFUSION"])
    assert "cannot be compared: a threshold is missing" in sentences[0]


@pytest.mark.parametrize("task", ["exclusive", "multilabel"])
def test_the_report_and_the_numbers_know_no_threshold(models, task):
    from meddx.export.data_files import metrics_file
    from meddx.export.evaluation_report import evaluation_report
    from meddx.model.registry import find_model
    from pages.ui.evaluate.recorded_predictions_source import recorded_evaluation

    subject = recorded_evaluation(find_model(models, f"bare-{task}"), "test")
    facts = evaluation_facts(PageState(subject))
    report = evaluation_report(facts)
    assert "Not calibrated: its outputs are raw scores, not probabilities." in report
    assert "No threshold; n 40" in report
    assert "nan" not in report.lower()
    numbers = metrics_file(facts)
    text = str(numbers)
    assert "nan" not in text.lower()
