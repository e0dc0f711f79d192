"""A reporting checklist for a diagnostic model, with what is known here and "not stated" elsewhere.

Items follow CLAIM (Mongan, Moy and Kahn 2020, Radiology: AI 2:e200029) and, for thresholds and tables, STARD 2015
(Bossuyt et al., Radiology 277:826), which STARD-AI extends. Only what the card, the predictions or the source say is
filled in; nothing is guessed.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from meddx import __version__
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.formatting import decimal
from meddx.model.card import Card


@dataclass(frozen=True)
class ChecklistItem:
    """Hold one item. item: its number in the guideline, "CLAIM 8"; asks: what to state; answer: None if not stated."""

    item: str
    asks: str
    answer: str | None


def checklist(evaluation: EvaluationFacts) -> list[ChecklistItem]:
    """Return all items in order, filled from the card, the predictions and the description of the data."""
    card, about = evaluation.card, evaluation.description
    return [
        ChecklistItem(
            "CLAIM 1",
            "Kind of AI method",
            _of(card, _kind),
        ),
        ChecklistItem(
            "CLAIM 4",
            "Intended use and clinical role",
            _of(card, _use),
        ),
        ChecklistItem("CLAIM 6", "Prospective or retrospective", about.get("Design")),
        ChecklistItem("CLAIM 8", "Data sources", about.get("Data")),
        ChecklistItem("CLAIM 9", "Eligibility: how, where and when cases were chosen", about.get("Eligibility")),
        ChecklistItem("CLAIM 10", "Preprocessing", _of(card, _preprocessing)),
        ChecklistItem("CLAIM 13", "De-identification", about.get("De-identification")),
        ChecklistItem("CLAIM 14", "Missing data and skipped cases", _skipped(evaluation)),
        ChecklistItem("CLAIM 15", "Reference standard", about.get("Reference standard")),
        ChecklistItem("CLAIM 17", "Who set the reference standard", about.get("Annotators")),
        ChecklistItem("CLAIM 19", "Agreement between those who set it", about.get("Agreement")),
        ChecklistItem("CLAIM 20", "How the sample size was chosen", about.get("Sample size")),
        ChecklistItem("CLAIM 21, 22", "How data were split, and by which unit", about.get("Split")),
        ChecklistItem("CLAIM 23, 25", "Model and initial weights", _of(card, _weights)),
        ChecklistItem(
            "CLAIM 24", "Software", _of(card, lambda card: f"Keras {card.weights.keras}, meddx {__version__}")
        ),
        ChecklistItem("CLAIM 26, 27", "Training and choice of the model", _of(card, _training)),
        ChecklistItem("CLAIM 28", "Ensembling", about.get("Ensembling")),
        ChecklistItem("STARD 12a", "Thresholds, and whether set beforehand", _thresholds(evaluation)),
        ChecklistItem("STARD 14", "Measures of accuracy", "By label and over labels; see Metrics"),
        ChecklistItem("CLAIM 30", "Uncertainty", _uncertainty(evaluation)),
        ChecklistItem("CLAIM 31", "Robustness", about.get("Robustness")),
        ChecklistItem(
            "CLAIM 32",
            "Explainability",
            _of(card, _maps),
        ),
        ChecklistItem("CLAIM 33", "External test data", about.get("External test")),
        ChecklistItem("CLAIM 34", "Flow of cases", _flow(evaluation)),
        ChecklistItem("CLAIM 35", "Characteristics of the patients", _patients(evaluation)),
        ChecklistItem("STARD 23", "Cross tabulation of predictions and truth", "By label; see Confusion matrix"),
        ChecklistItem("CLAIM 37", "Estimates with their precision", "By label and over labels; see Metrics"),
        ChecklistItem("CLAIM 38", "Failures", _of(card, lambda card: " ".join(card.use.known_failures))),
        ChecklistItem("CLAIM 39", "Limitations, bias, generalisability", _limitations(evaluation)),
        ChecklistItem("CLAIM 41", "Registration", about.get("Registration")),
        ChecklistItem(
            "CLAIM 42",
            "Access to protocol, code and data",
            _of(card, lambda card: f"Recipe {card.training.config}" if card.training else ""),
        ),
        ChecklistItem("CLAIM 43", "Funding", about.get("Funding")),
    ]


def _of(card: Card | None, text: Callable[[Card], str]) -> str | None:
    """Return a text from the card, None without a card or where the text is empty."""
    return None if card is None else text(card) or None


def _kind(card: Card) -> str:
    return f"{card.architecture}, {card.weights.parameters:,} parameters"


def _use(card: Card) -> str:
    return f"{card.use.intended} Not for: {card.use.not_for}"


def _maps(card: Card) -> str:
    return f"Grad-CAM on layer {card.explained.layer}, one map for each label"


def _preprocessing(card: Card) -> str:
    size = card.input
    how = {"pad": "aspect ratio kept, padded", "stretch": "stretched", "crop": "aspect ratio kept, cut"}[size.resize]
    return f"{size.height} × {size.width} × {size.channels}, {how}, grey values to {size.low:g} to {size.high:g}"


def _weights(card: Card) -> str:
    if card.training is None:
        return card.architecture
    return f"{card.architecture}; initialised from {card.training.pretrained or 'random weights'}"


def _training(card: Card) -> str:
    origin, parts = card.training, []
    if origin is not None:
        parts.append(
            f"{origin.n_train:,} training and {origin.n_validation:,} validation cases, recipe {origin.config}"
        )
    if card.calibration is not None:
        parts.append(f"temperature {card.calibration.temperature:.3g} fitted on {card.calibration.fitted_on}")
    return "; ".join(parts)


def _skipped(evaluation: EvaluationFacts) -> str:
    n = len(evaluation.refused)
    if not n:
        return "No case was skipped."
    reasons = Counter(refusal.reason for refusal in evaluation.refused.values())
    return f"{n:,} skipped: " + "; ".join(f"{count:,} × {reason}" for reason, count in reasons.most_common())


def _thresholds(evaluation: EvaluationFacts) -> str:
    assessment = evaluation.assessment
    each = "; ".join(
        f"{evaluation.titles[label]} {decimal(evaluation.in_file_scale(threshold))}"
        for label, threshold in zip(assessment.labels, assessment.thresholds, strict=True)
    )
    if evaluation.chosen_on:
        return f"{each}, from {evaluation.threshold_origin}. Not set beforehand: chosen on these same cases."
    if evaluation.moved:
        names = ", ".join(evaluation.titles[label] for label in evaluation.moved)
        return f"{each}, from {evaluation.threshold_origin}. {names}: not set beforehand, but chosen on this test set."
    return f"{each}, from {evaluation.threshold_origin}"


def _uncertainty(evaluation: EvaluationFacts) -> str:
    estimates = [evaluation.assessment.overall, *evaluation.assessment.per_label.values()]
    methods = sorted({estimate.method for of in estimates for estimate in of.values()} - {"none"})
    grouped = evaluation.assessment.patients < evaluation.assessment.n
    return f"95 % intervals: {', '.join(methods)}; {'cases of one patient grouped' if grouped else 'by case'}"


def _flow(evaluation: EvaluationFacts) -> str:
    n, skipped = evaluation.assessment.n, len(evaluation.refused)
    patients = evaluation.assessment.patients
    return f"{n + skipped:,} submitted, {skipped:,} skipped, {n:,} evaluated, {patients:,} patients"


def _patients(evaluation: EvaluationFacts) -> str | None:
    attributes = evaluation.predictions.attributes
    return f"Recorded for each case: {', '.join(attributes)}" if attributes else None


def _limitations(evaluation: EvaluationFacts) -> str | None:
    limitations = []
    if evaluation.chosen_on:
        limitations.append("Optimistic: thresholds and calibration were chosen on these same cases.")
    elif evaluation.moved:
        limitations.append("Optimistic at thresholds that were chosen on this test set.")
    if evaluation.card is not None and evaluation.card.synthetic:
        limitations.append("Synthetic images and model: says nothing about patients.")
    if evaluation.card is not None and evaluation.card.calibration is None:
        limitations.append("Not calibrated: scores are not probabilities of disease.")
    return " ".join(limitations) or None
