"""What the model says of the open image: a bar for each label, its threshold, the prediction set and the notes."""

from pathlib import Path
from typing import Any

import streamlit as st

from meddx.formatting import percent, probability
from meddx.model.card import Card, Label
from meddx.types import Prediction

_HERE = Path(__file__).parent
_KEY = "findings"

_mount = st.components.v2.component(
    "meddx.findings",
    html=(_HERE / "findings.html").read_text(encoding="utf-8"),
    css=(_HERE / "findings.css").read_text(encoding="utf-8"),
    js=(_HERE / "findings.js").read_text(encoding="utf-8"),
)


def render_findings(prediction: Prediction, card: Card, chosen: str, question: str, notes: tuple[str, ...] = ()) -> str:
    """Show the answer and return the label that the reader has chosen, `chosen` until then.

    question: what was answered; a choice made for another question counts no more.
    """
    state = st.session_state.get(_KEY) or {}
    label = _choice(state, question) or chosen
    data = findings_data(prediction, card, label, notes) | {"question": question}
    return _choice(_mount(key=_KEY, data=data, on_choice_change=lambda: None), question) or label


def _choice(state: dict[str, Any], question: str) -> str | None:
    choice = state.get("choice") or {}
    return str(choice["label"]) if choice.get("question") == question else None


def default_label(prediction: Prediction, card: Card) -> str:
    """The label to show first: the likeliest finding, or the likeliest label, that is not the absence of disease."""
    diseases = [label.name for label in card.labels if not label.absence] or [label.name for label in card.labels]
    found = [name for name in diseases if name in prediction.findings]
    return max(found or diseases, key=prediction.probabilities.__getitem__)


def findings_data(prediction: Prediction, card: Card, chosen: str, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """The component's data; sentences are made here so that they can be read without a browser."""
    label = next(label for label in card.labels if label.name == chosen)
    return {
        "chosen": chosen,
        "rows": [_row(label, prediction) for label in card.labels],
        "meaning": threshold_meaning(label),
        "prediction_set": prediction_set_sentence(prediction, card),
        "notes": [*prediction.notes, *notes],
        "doubt": prediction.ood is not None and prediction.ood.is_outside,
        "familiar": ood_sentence(prediction),
    }


def finding_state(label: Label, prediction: Prediction) -> tuple[str, str]:
    """How a label stands to its threshold: a key for the style, and the words."""
    if label.name not in prediction.findings:
        return "below", "below threshold"
    return ("absence", "above threshold") if label.absence else ("finding", "finding")


def threshold_meaning(label: Label) -> str:
    """What reaching the threshold means and where it comes from."""
    means = "no disease is reported" if label.absence else "it counts as a finding"
    return (
        f"{label.title}: at {percent(label.threshold)} or more {means}. "
        f"Threshold rule: {label.threshold_rule}; chosen on: {label.threshold_set}."
    )


def prediction_set_sentence(prediction: Prediction, card: Card) -> str:
    """The labels that cannot be ruled out, in words."""
    coverage = percent(card.calibration.coverage)
    titles = [label.title for label in card.labels if label.name in prediction.prediction_set]
    if not titles and card.task == "multilabel":
        return f"Every label can be ruled out at {coverage} coverage."
    if not titles:
        return f"No label fits at {coverage} coverage: the image may be unlike those the model knows."
    if len(titles) == len(card.labels):
        return f"Nothing can be ruled out at {coverage} coverage: the model cannot tell on this image."
    listed = titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
    return f"{listed} cannot be ruled out at {coverage} coverage; the other labels can."


def ood_sentence(prediction: Prediction) -> str:
    """How far the image is from what the model knows, in words."""
    known = prediction.ood
    if known is None:
        return "Not known: this model's folder does not say what its training images looked like."
    distance = f"distance {known.distance:.1f}, threshold {known.threshold:.1f}"
    return f"{'Unlike' if known.is_outside else 'Like'} those it learned from: {distance}."


def _row(label: Label, prediction: Prediction) -> dict[str, Any]:
    state, word = finding_state(label, prediction)
    if prediction.ood is not None and prediction.ood.is_outside:
        word += ", in doubt"
    return {
        "label": label.name,
        "title": label.title,
        "probability": prediction.probabilities[label.name],
        "threshold": label.threshold,
        "probability_text": probability(prediction.probabilities[label.name]),
        "threshold_text": percent(label.threshold),
        "state": state,
        "word": word,
    }
