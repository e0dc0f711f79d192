"""The model section of a report, from the model's card."""

from meddx.export.html import NOT_STATED
from meddx.model.card import Card

SYNTHETIC = "Synthetic: trained on phantoms, says nothing about patients."


def card_facts(card: Card) -> dict[str, str]:
    """Return the facts about a model, name -> text."""
    origin = card.training
    return {
        "Model": f"{card.id} {card.version}: {card.summary}",
        "Intended for": card.use.intended,
        "Not for": card.use.not_for,
        "Known failures": " ".join(card.use.known_failures) or NOT_STATED,
        "Architecture": f"{card.architecture}, {card.weights.parameters:,} parameters",
        "Trained on": f"{origin.data} ({origin.licence}); {origin.n_train:,} training, "
        f"{origin.n_validation:,} validation, {origin.n_test:,} test cases",
        "Split": origin.split_rule,
        "Calibration": f"temperature {card.calibration.temperature:.4g}, fitted on {card.calibration.fitted_on}",
        "Thresholds": "; ".join(
            f"{label.title} {label.threshold:.3f}: {label.threshold_rule}, on {label.threshold_set}"
            for label in card.labels
        ),
        "Weights SHA-256": card.weights.sha256,
    }
