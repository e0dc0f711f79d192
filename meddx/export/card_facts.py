"""The model section of a report, from the model's card."""

from meddx.export.html import NOT_STATED, fact_list
from meddx.model.card import Card


def card_facts(card: Card | None) -> str:
    """Return the facts about a model as an HTML list. card: None for another system."""
    if card is None:
        return f"<p>Another system; its architecture and training are {NOT_STATED}.</p>"
    origin = card.training
    facts = {
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
    return fact_list(facts)
