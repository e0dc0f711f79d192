"""Agreement of two models on one image."""

from pages.ui.compare import finding_agreement, side_by_side
from tests.pages.fake import prediction


def test_labels_of_two_cards_meet_by_code_and_the_rest_is_said(cards):
    common = side_by_side.matched_labels(cards)
    answers = [
        prediction({"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}, ["EFFUSION"]),
        prediction({"FLUID": 0.3, "OTHER": 0.1}),
    ]
    assert common.names == ("EFFUSION",)
    html = finding_agreement.probability_bars(cards, answers, common)
    assert html.count("no such label") == 3
    assert "width:70.0%" in html
    said = finding_agreement.agreement_sentences(cards, answers, common, ["EFFUSION", "FLUID"])
    assert "disagree on Effusion, each at its own threshold." in said[0]
    assert "Largest difference in probability: 40 percentage points (Effusion)." in said[0]
    assert "rank correlation 1.00" in said[1]


def test_a_map_without_evidence_is_not_compared(cards):
    answers = [prediction({"EFFUSION": 0.7}), prediction({"FLUID": 0.7}, peak=0.0)]
    said = finding_agreement.agreement_sentences(cards, answers, None, ["EFFUSION", "FLUID"])
    assert "cannot be compared: one shows no evidence" in said[0]
