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


def test_the_status_says_where_the_probability_lies(healthy):
    answer = prediction(SCORES, ["NORMAL", "EFFUSION"])
    rows = findings_panel.findings_data(answer, healthy, "EFFUSION")["rows"]
    assert [(row["state"], row["status"]) for row in rows] == [
        ("absence", "Above cut-off (50\u00a0%)"),
        ("finding", "Above cut-off (50\u00a0%)"),
        ("below", "Below cut-off (50\u00a0%)"),
    ]


def test_percentages_come_written_and_no_probability_is_certain(healthy):
    answer = prediction({"NORMAL": 0.125, "EFFUSION": 1.0, "NODULE": 0.004}, ["EFFUSION"])
    rows = findings_panel.findings_data(answer, healthy, "EFFUSION")["rows"]
    assert [row["probability_text"] for row in rows] == ["12\u00a0%", ">\u00a099\u00a0%", "<\u00a01\u00a0%"]


def test_the_cut_off_says_how_it_was_set(healthy):
    normal, effusion, _ = healthy.labels
    assert findings_panel.cutoff_sentence(effusion) == (
        "Effusion counts as a finding at 50\u00a0% or more. Cut-off: guessed; set on nothing."
    )
    assert findings_panel.cutoff_sentence(normal).startswith("Normal counts as normal at 50\u00a0% or more.")


def test_youden_s_rule_is_put_in_words(card):
    label = card.labels[1].model_copy(
        update={"threshold_rule": "highest Youden index (sensitivity + specificity - 1), one against the rest"}
    )
    assert "balances missed and false calls (highest Youden index), this label against all others" in (
        findings_panel.cutoff_sentence(label)
    )


def test_the_absence_of_disease_alone_is_reported_as_such(healthy):
    rows = findings_panel.findings_data(prediction(SCORES, ["NORMAL"]), healthy, "NORMAL")["rows"]
    assert (rows[0]["state"], rows[0]["status"]) == ("absence", "No finding, per model: above cut-off (50\u00a0%)")


@pytest.mark.parametrize(
    ("titles", "text"),
    [
        (("Normal", "Bacterial pneumonia", "Viral pneumonia"), "No pneumonia, per model"),
        (("Normal", "Pneumonia", "Pneumonia"), "No pneumonia, per model"),
        (("Normal", "Effusion", "Nodule"), "No finding, per model"),
        (("Normal or benign", "Malignant", "Other"), "Normal or benign, per model"),
    ],
)
def test_normal_is_put_as_the_absence_of_what_the_diseases_share(healthy, titles, text):
    pairs = zip(healthy.labels, titles, strict=True)
    labels = tuple(label.model_copy(update={"title": title}) for label, title in pairs)
    assert findings_panel.normal_text(healthy.model_copy(update={"labels": labels})) == text
