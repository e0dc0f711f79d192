"""The model's findings on the open image: probability and cut-off of each label, diagnoses not excluded, notes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from meddx.evaluate.prediction_set_text import Coverage, prediction_set_sentence
from meddx.formatting import percent, probability
from meddx.model.card import Card, Label
from meddx.types import Prediction, ReaderOpinion
from pages.ui.common import glossary
from pages.ui.diagnose.findings.opinion_panel import opinion_text

_HERE = Path(__file__).parent
_KEY = "findings"
_RULE_TEXTS = {
    "highest Youden index (sensitivity + specificity - 1)": "balances missed and false calls (highest Youden index)",
    "one against the rest": "this label against all others",
}
"""Phrases in cards' threshold rules, and what a reader is told instead."""
_EXPLAINED = {
    "key": "cut-off",
    "set-title": "diagnoses not excluded; still possible",
    "similarity-title": "unlike the training images",
}
"""Class of an element -> its word in the glossary."""

_mount = st.components.v2.component(
    "meddx.findings",
    html=(_HERE / "findings.html").read_text(encoding="utf-8"),
    css=(_HERE / "findings.css").read_text(encoding="utf-8"),
    js=(_HERE / "findings.js").read_text(encoding="utf-8"),
)


def render_findings(
    prediction: Prediction,
    card: Card,
    chosen: str,
    *,
    question: str,
    notes: tuple[str, ...] = (),
    coverage: Coverage | None = None,
    opinions: Mapping[str, ReaderOpinion] | None = None,
) -> str:
    """Draw the findings and return the name of the label that the reader has chosen, `chosen` until then.

    question: identifies image, frame and model; a choice made for another question is ignored. notes: on the image.
    coverage: label -> observed coverage of prediction sets. opinions: label -> the reader's own.
    """
    state = st.session_state.get(_KEY) or {}
    label = _choice(state, question) or chosen
    data = findings_data(prediction, card, label, notes, coverage, opinions=opinions) | {"question": question}
    return _choice(_mount(key=_KEY, data=data, on_choice_change=lambda: None), question) or label


def _choice(state: dict[str, Any], question: str) -> str | None:
    choice = state.get("choice") or {}
    return str(choice["label"]) if choice.get("question") == question else None


def default_label(prediction: Prediction, card: Card) -> str:
    """Return the label to show first: the most probable disease among the findings, else the most probable disease."""
    diseases = [label.name for label in card.labels if not label.absence] or [label.name for label in card.labels]
    findings = [name for name in diseases if name in prediction.findings]
    return max(findings or diseases, key=prediction.probabilities.__getitem__)


def findings_data(
    prediction: Prediction,
    card: Card,
    chosen: str,
    notes: tuple[str, ...] = (),
    coverage: Coverage | None = None,
    *,
    opinions: Mapping[str, ReaderOpinion] | None = None,
) -> dict[str, Any]:
    """Return the component's data. Sentences are made here, so that tests need no browser."""
    label = next(label for label in card.labels if label.name == chosen)
    return {
        "chosen": chosen,
        "rows": [
            _row(label, prediction, card) | {"opinion": opinion_text((opinions or {}).get(label.name))}
            for label in card.labels
        ],
        "scale": score_title(card),
        "meaning": cutoff_sentence(label),
        "prediction_set": prediction_set_sentence(prediction, card, coverage),
        "notes": [*prediction.notes, *notes],
        "words": {name: glossary.meaning(word) for name, word in _EXPLAINED.items()},
        "unlike_training": _is_unlike_training(prediction),
        "similarity": similarity_sentence(prediction, card),
        "similarity_title": f"Similarity to {card.reference_images}",
    }


def score_title(card: Card) -> str:
    """Return what the numbers beside the labels are."""
    return "Raw score: not calibrated here" if card.calibration is None else "Calibrated probability"


def finding_status(label: Label, prediction: Prediction, card: Card) -> tuple[str, str]:
    """Return where a label's probability lies: a key for the style ("below", "absence", "finding"), and the text."""
    if label.threshold is None:
        state, text = "below", "No cut-off: not set for this model"
        return state, f"{text} (image unlike training data)" if _is_unlike_training(prediction) else text
    cutoff = f"cut-off ({percent(label.threshold)})"
    if label.name not in prediction.findings:
        state, text = "below", f"Below {cutoff}"
    elif label.absence:
        state, text = "absence", f"Above {cutoff}"
        if is_normal_label(prediction, card):
            text = f"{normal_text(card)}: above {cutoff}"
    else:
        state, text = "finding", f"Above {cutoff}"
        if _is_unlike_training(prediction):
            text = "Finding"
    return state, f"{text} (image unlike training data)" if _is_unlike_training(prediction) else text


def is_normal_label(prediction: Prediction, card: Card) -> bool:
    """Return whether a label for the absence of disease reached its cut-off, and no disease did."""
    return bool(prediction.findings) and all(
        label.absence for label in card.labels if label.name in prediction.findings
    )


def normal_text(card: Card) -> str:
    """Return what the absence of disease means for this model: "No pneumonia, per model".

    A label titled "Normal" is put as the absence of what the titles of all diseases end in; another title stands as it
    is.
    """
    [normal, *_] = [label.title for label in card.labels if label.absence]
    if normal.lower() != "normal":
        return f"{normal}, per model"
    diseases = [label.title.split() for label in card.labels if not label.absence]
    shared: list[str] = []
    for words in zip(*map(reversed, diseases), strict=False):
        if len({word.lower() for word in words}) > 1:
            break
        shared.insert(0, words[0].lower())
    return f"No {' '.join(shared) or 'finding'}, per model"


def cutoff_sentence(label: Label) -> str:
    """Return which probability counts as a finding, and how that cut-off was set."""
    if label.threshold is None or label.threshold_rule is None:
        return f"{label.title} has no cut-off: nobody has chosen one for this model, so it is never called a finding."
    counts = "counts as normal" if label.absence else "counts as a finding"
    rule = label.threshold_rule
    for phrase, text in _RULE_TEXTS.items():
        rule = rule.replace(phrase, text)
    return (
        f"{label.title} {counts} at {percent(label.threshold)} or more. Cut-off: {rule}; set on {label.threshold_set}."
    )


def similarity_sentence(prediction: Prediction, card: Card) -> str:
    """Return how far the image is from the training images, or those that the model was calibrated on."""
    score = prediction.ood
    if score is None:
        return "Not measured for this model."
    relation = "Unlike" if score.is_outside else "Similar to"
    return f"{relation} the {card.reference_images}: distance {score.distance:.1f}, limit {score.threshold:.1f}."


def _is_unlike_training(prediction: Prediction) -> bool:
    return prediction.ood is not None and prediction.ood.is_outside


def _row(label: Label, prediction: Prediction, card: Card) -> dict[str, Any]:
    state, status = finding_status(label, prediction, card)
    return {
        "label": label.name,
        "title": label.title,
        "probability": prediction.probabilities[label.name],
        "threshold": label.threshold,
        "probability_text": probability(prediction.probabilities[label.name]),
        "state": state,
        "status": status,
    }
