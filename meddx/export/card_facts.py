"""The model section of a report, from the model's card."""

from meddx.export.html import NOT_STATED
from meddx.model.card import Card, Label

RAW_SCORES = "Not calibrated: its outputs are raw scores, not probabilities."
SYNTHETIC = "Synthetic: trained on phantoms, says nothing about patients."


def card_facts(card: Card) -> dict[str, str]:
    """Return the facts about a model, name -> text."""
    return {
        "Model": f"{card.id} {card.version}: {card.summary}",
        "Intended for": card.use.intended,
        "Not for": card.use.not_for,
        "Known failures": " ".join(card.use.known_failures) or NOT_STATED,
        "Architecture": f"{card.architecture}, {card.weights.parameters:,} parameters",
        "Trained on": _training(card),
        "Split": card.training.split_rule if card.training else NOT_STATED,
        "Calibration": f"temperature {card.calibration.temperature:.4g}, fitted on {card.calibration.fitted_on}"
        if card.calibration
        else RAW_SCORES,
        "Thresholds": "; ".join(_threshold(label) for label in card.labels),
        "Weights SHA-256": card.weights.sha256,
    }


def _training(card: Card) -> str:
    origin = card.training
    if origin is None:
        return NOT_STATED
    return (
        f"{origin.data} ({origin.licence}); {origin.n_train:,} training, "
        f"{origin.n_validation:,} validation, {origin.n_test:,} test cases"
    )


def _threshold(label: Label) -> str:
    if label.threshold is None:
        return f"{label.title}: none"
    return f"{label.title} {label.threshold:.3f}: {label.threshold_rule}, on {label.threshold_set}"
