import pytest

from pages.ui.diagnose.findings import findings_panel
from tests.pages.fake import prediction

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}


@pytest.fixture
def healthy(card):
    """The card with NORMAL as the absence of disease."""
    normal, *rest = card.labels
    return card.model_copy(update={"labels": (normal.model_copy(update={"absence": True}), *rest)})


@pytest.mark.parametrize(
    ("scores", "found", "first"),
    [
        (SCORES, ["EFFUSION"], "EFFUSION"),
        (SCORES, ["EFFUSION", "NODULE"], "EFFUSION"),
        (SCORES, ["NODULE"], "NODULE"),
        ({"NORMAL": 0.9, "EFFUSION": 0.04, "NODULE": 0.06}, ["NORMAL"], "NODULE"),
    ],
)
def test_the_label_shown_first_is_the_likeliest_disease_found(healthy, scores, found, first):
    assert findings_panel.default_label(prediction(scores, found), healthy) == first


def test_words_say_how_a_label_stands_to_its_threshold(healthy):
    answer = prediction(SCORES, ["NORMAL", "EFFUSION"])
    rows = findings_panel.findings_data(answer, healthy, "EFFUSION")["rows"]
    assert [(row["state"], row["word"]) for row in rows] == [
        ("absence", "above threshold"),
        ("finding", "finding"),
        ("below", "below threshold"),
    ]


def test_percentages_come_written_and_no_probability_is_certain(healthy):
    answer = prediction({"NORMAL": 0.125, "EFFUSION": 1.0, "NODULE": 0.004}, ["EFFUSION"])
    rows = findings_panel.findings_data(answer, healthy, "EFFUSION")["rows"]
    assert [row["probability_text"] for row in rows] == ["12\u00a0%", ">\u00a099\u00a0%", "<\u00a01\u00a0%"]
    assert {row["threshold_text"] for row in rows} == {"50\u00a0%"}


@pytest.mark.parametrize(
    ("possible", "sentence"),
    [
        ([], "No label fits at 90\u00a0% coverage: the image may be unlike those the model knows."),
        (["EFFUSION"], "Effusion cannot be ruled out at 90\u00a0% coverage; the other labels can."),
        (["NORMAL", "NODULE"], "Normal and Nodule cannot be ruled out at 90\u00a0% coverage; the other labels can."),
        (list(SCORES), "Nothing can be ruled out at 90\u00a0% coverage: the model cannot tell on this image."),
    ],
)
def test_the_prediction_set_in_words(card, possible, sentence):
    assert findings_panel.prediction_set_sentence(prediction(SCORES, (), possible), card) == sentence


def test_an_empty_set_of_a_multi_label_model_rules_every_label_out(card):
    multi = card.model_copy(update={"task": "multilabel"})
    sentence = findings_panel.prediction_set_sentence(prediction(SCORES), multi)
    assert sentence == "Every label can be ruled out at 90\u00a0% coverage."


def test_the_threshold_says_where_it_comes_from(healthy):
    normal, effusion, _ = healthy.labels
    assert findings_panel.threshold_meaning(effusion) == (
        "Effusion: at 50\u00a0% or more it counts as a finding. Threshold rule: guessed; chosen on: nothing."
    )
    assert "no disease is reported" in findings_panel.threshold_meaning(normal)
