from meddx.export.card_facts import card_facts
from meddx.export.html import NOT_STATED


def test_a_report_says_what_the_model_is_for_and_how_it_was_calibrated(card):
    facts = card_facts(card)
    assert facts["Model"] == "untrained 1.0.0: Knows nothing."
    assert (facts["Intended for"], facts["Not for"]) == ("tests", "anything else")
    assert facts["Calibration"] == "temperature 1.5, fitted on nothing"
    assert facts["Weights SHA-256"] == card.weights.sha256
    assert facts["Thresholds"].split("; ") == [
        f"{title} 0.500: guessed, on nothing" for title in ("Normal", "Effusion", "Nodule")
    ]


def test_thousands_are_grouped(card):
    large = card.model_copy(
        update={
            "training": card.training.model_copy(update={"n_train": 12345}),
            "weights": card.weights.model_copy(update={"parameters": 4652008}),
        }
    )
    facts = card_facts(large)
    assert facts["Architecture"] == "test, 4,652,008 parameters"
    assert facts["Trained on"] == "none (none); 12,345 training, 0 validation, 0 test cases"


def test_known_failures_are_listed_or_said_not_to_be_stated(card):
    assert card_facts(card)["Known failures"] == NOT_STATED
    failing = card.model_copy(update={"use": card.use.model_copy(update={"known_failures": ("Blurs.", "Noise.")})})
    assert card_facts(failing)["Known failures"] == "Blurs. Noise."
