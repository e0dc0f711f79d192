from dataclasses import replace

from meddx.types import OodScore
from pages.ui.diagnose import ood_warning
from pages.ui.diagnose.findings import findings_panel
from tests.pages.fake import prediction

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}
OUTSIDE = replace(prediction(SCORES, ["EFFUSION"]), ood=OodScore(12.34, 7.0))
AT_THE_LIMIT = replace(prediction(SCORES, ["EFFUSION"]), ood=OodScore(7.0, 7.0))


def test_findings_on_an_image_unlike_the_training_images_say_so(card):
    data = findings_panel.findings_data(OUTSIDE, card, "EFFUSION")
    assert data["unlike_training"]
    assert [row["status"] for row in data["rows"]] == [
        "Below cut-off (50\u00a0%) (image unlike training data)",
        "Finding (image unlike training data)",
        "Below cut-off (50\u00a0%) (image unlike training data)",
    ]
    assert data["similarity"] == "Unlike the training images: distance 12.3, limit 7.0."


def test_an_image_at_the_limit_is_still_similar(card):
    data = findings_panel.findings_data(AT_THE_LIMIT, card, "EFFUSION")
    assert not data["unlike_training"]
    assert data["rows"][1]["status"] == "Above cut-off (50\u00a0%)"
    assert data["similarity"] == "Similar to the training images: distance 7.0, limit 7.0."


def test_a_model_without_the_measurement_is_not_called_similar(card):
    data = findings_panel.findings_data(prediction(SCORES), card, "EFFUSION")
    assert not data["unlike_training"]
    assert data["similarity"] == "Not measured for this model."


def test_the_warning_states_the_distance_first_and_then_what_follows(card):
    text = ood_warning.ood_warning_text(OUTSIDE.ood, card)
    assert text.startswith("Distance from the training images: 12.3; limit: 7.0.")
    assert "5\u00a0% beyond it" in text
    assert "do not rely on the findings below" in text


def test_a_model_that_was_not_trained_here_is_compared_with_the_images_of_its_calibration(card):
    text = ood_warning.ood_warning_text(OUTSIDE.ood, card.model_copy(update={"training": None}))
    assert text.startswith("Distance from the calibration images: 12.3")
    assert "training" not in text
