"""What a report of a diagnostic model should state, and what is known here: "not stated" where it is not.

Items follow CLAIM (Mongan, Moy and Kahn 2020, Radiology: AI 2:e200029) and, for thresholds and tables, STARD 2015
(Bossuyt et al., Radiology 277:826), which STARD-AI extends. Only what the card, the predictions or the source say is
filled in; nothing is guessed.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from meddx import __version__
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.model.card import Card


@dataclass(frozen=True)
class ChecklistItem:
    """item: its place in the guideline, "CLAIM 8"; asks: what it wants, a phrase; answer: None: not stated."""

    item: str
    asks: str
    answer: str | None


def checklist(evaluation: EvaluationFacts) -> list[ChecklistItem]:
    """Every item in order, filled from what is known."""
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
        ChecklistItem("CLAIM 14", "Missing data and cases that could not be measured", _refused(evaluation)),
        ChecklistItem("CLAIM 15", "Reference standard", about.get("Reference standard")),
        ChecklistItem("CLAIM 17", "Who set the reference standard", about.get("Annotators")),
        ChecklistItem("CLAIM 19", "Agreement between those who set it", about.get("Agreement")),
        ChecklistItem("CLAIM 20", "How the sample size was chosen", about.get("Sample size")),
        ChecklistItem("CLAIM 21, 22", "How data were split, and at which level disjoint", about.get("Split")),
        ChecklistItem("CLAIM 23, 25", "Model and where its weights started", _of(card, _weights)),
        ChecklistItem(
            "CLAIM 24", "Software", _of(card, lambda card: f"Keras {card.weights.keras}, meddx {__version__}")
        ),
        ChecklistItem("CLAIM 26, 27", "Training and choice of the model", _of(card, _training)),
        ChecklistItem("CLAIM 28", "Ensembling", about.get("Ensembling")),
        ChecklistItem("STARD 12a", "Thresholds, and whether set beforehand", _thresholds(evaluation)),
        ChecklistItem("STARD 14", "Measures of accuracy", "By label and over labels; see Numbers"),
        ChecklistItem("CLAIM 30", "Uncertainty", _uncertainty(evaluation)),
        ChecklistItem("CLAIM 31", "Robustness", about.get("Robustness")),
        ChecklistItem(
            "CLAIM 32",
            "Explainability",
            _of(card, _maps),
        ),
        ChecklistItem("CLAIM 33", "Test on data from elsewhere", about.get("External test")),
        ChecklistItem("CLAIM 34", "Flow of cases", _flow(evaluation)),
        ChecklistItem("CLAIM 35", "Who the patients are", _patients(evaluation)),
        ChecklistItem("STARD 23", "Cross table of calls and truth", "By label; see Numbers"),
        ChecklistItem("CLAIM 37", "Estimates with their precision", "By label and over labels; see Numbers"),
        ChecklistItem("CLAIM 38", "Failures", _of(card, lambda card: " ".join(card.use.known_failures))),
        ChecklistItem("CLAIM 39", "Limits, bias, generalisability", _limits(evaluation)),
        ChecklistItem("CLAIM 41", "Registration", about.get("Registration")),
        ChecklistItem(
            "CLAIM 42", "Where protocol, code and data are", _of(card, lambda card: f"Recipe {card.training.config}")
        ),
        ChecklistItem("CLAIM 43", "Funding", about.get("Funding")),
    ]


def _of(card: Card | None, words: Callable[[Card], str]) -> str | None:
    """What the card says, None without one or where it says nothing."""
    return None if card is None else words(card) or None


def _kind(card: Card) -> str:
    return f"{card.architecture}, {card.weights.parameters:,} parameters"


def _use(card: Card) -> str:
    return f"{card.use.intended} Not for: {card.use.not_for}"


def _maps(card: Card) -> str:
    return f"Grad-CAM on layer {card.explained.layer}, one map a label"


def _preprocessing(card: Card) -> str:
    size = card.input
    how = "aspect ratio kept, padded" if size.resize == "pad" else "stretched"
    return f"{size.height} × {size.width} × {size.channels}, {how}, grey values to {size.low:g} to {size.high:g}"


def _weights(card: Card) -> str:
    return f"{card.architecture}; started from {card.training.pretrained or 'random numbers'}"


def _training(card: Card) -> str:
    origin = card.training
    return (
        f"{origin.n_train:,} training and {origin.n_validation:,} validation cases, recipe {origin.config}; "
        f"temperature {card.calibration.temperature:.3g} fitted on {card.calibration.fitted_on}"
    )


def _refused(evaluation: EvaluationFacts) -> str:
    n = len(evaluation.refused)
    if not n:
        return "No case was refused."
    reasons = Counter(why.reason for why in evaluation.refused.values())
    return f"{n:,} refused: " + "; ".join(f"{count:,} × {reason}" for reason, count in reasons.most_common())


def _thresholds(evaluation: EvaluationFacts) -> str:
    assessment = evaluation.assessment
    each = "; ".join(
        f"{evaluation.titles[label]} {threshold:.3f}"
        for label, threshold in zip(assessment.labels, assessment.thresholds, strict=True)
    )
    if evaluation.chosen_on:
        return f"{each}, from {evaluation.threshold_origin}. Chosen on these very cases, so not set beforehand."
    return f"{each}, from {evaluation.threshold_origin}"


def _uncertainty(evaluation: EvaluationFacts) -> str:
    numbers = [evaluation.assessment.overall, *evaluation.assessment.per_label.values()]
    used = sorted({number.method for of in numbers for number in of.values()} - {"none"})
    patients = "patients drawn as wholes" if evaluation.assessment.patients < evaluation.assessment.n else "by case"
    return f"95 % intervals: {', '.join(used)}; {patients}"


def _flow(evaluation: EvaluationFacts) -> str:
    n, refused = evaluation.assessment.n, len(evaluation.refused)
    return f"{n + refused:,} given, {refused:,} refused, {n:,} measured, {evaluation.assessment.patients:,} patients"


def _patients(evaluation: EvaluationFacts) -> str | None:
    known = evaluation.predictions.attributes
    return f"Known of each case: {', '.join(known)}" if known else None


def _limits(evaluation: EvaluationFacts) -> str | None:
    limits = []
    if evaluation.chosen_on:
        limits.append("Thresholds and calibration were chosen on these cases: the numbers are too good.")
    if evaluation.card is not None and evaluation.card.synthetic:
        limits.append("Synthetic images and model: says nothing about patients.")
    return " ".join(limits) or None
