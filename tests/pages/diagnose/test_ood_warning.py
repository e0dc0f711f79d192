from dataclasses import replace

from meddx.types import OodScore
from pages.ui.diagnose import ood_warning
from pages.ui.diagnose.findings import findings_panel
from tests.pages.fake import prediction

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}
STRANGE = replace(prediction(SCORES, ["EFFUSION"]), ood=OodScore(12.34, 7.0))
KNOWN = replace(prediction(SCORES, ["EFFUSION"]), ood=OodScore(7.0, 7.0))


def test_findings_on_a_strange_image_are_in_doubt(card):
    data = findings_panel.findings_data(STRANGE, card, "EFFUSION")
    assert data["doubt"]
    assert [row["word"] for row in data["rows"]] == [
        "below threshold, in doubt",
        "finding, in doubt",
        "below threshold, in doubt",
    ]
    assert data["familiar"] == "Unlike those it learned from: distance 12.3, threshold 7.0."


def test_an_image_at_the_threshold_is_still_known(card):
    data = findings_panel.findings_data(KNOWN, card, "EFFUSION")
    assert not data["doubt"]
    assert data["rows"][1]["word"] == "finding"
    assert data["familiar"].startswith("Like those")


def test_a_model_that_does_not_say_is_not_called_familiar(card):
    data = findings_panel.findings_data(prediction(SCORES), card, "EFFUSION")
    assert not data["doubt"]
    assert data["familiar"].startswith("Not known")


def test_the_warning_says_what_was_found_and_what_follows():
    words = ood_warning.ood_warning_text(STRANGE.ood)
    assert "12.3" in words
    assert "7.0" in words
    assert "in doubt" in words
    assert "one in twenty" in words
