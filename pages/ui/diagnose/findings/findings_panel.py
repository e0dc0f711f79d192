"""The model's findings on the open image: probability and cut-off of each label, diagnoses not excluded, notes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from meddx.evaluate.prediction_set_text import Coverage, prediction_set_sentence
from meddx.model.card import Card, Label
from meddx.types import Prediction, ReaderOpinion
from pages.ui.common import glossary
from pages.ui.common.component import Component
from pages.ui.common.component_scripts import KEPT_ELEMENTS_SCRIPT
from pages.ui.common.language.component_words import WORDS_SCRIPT, component_words
from pages.ui.common.language.formatting import percent, probability
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.diagnose.findings.opinion_panel import opinion_text
from pages.ui.diagnose.ood_warning import reference_images

_HERE = Path(__file__).parent
_KEY = "findings"
_RULE_TEXTS = {
    "highest Youden index (sensitivity + specificity - 1)": "balances missed and false calls (highest Youden index)",
    "one against the rest": "this label against all others",
}
"""Phrases in cards' threshold rules, and what a reader is told instead."""
_RULES = (
    N_("balances missed and false calls (highest Youden index)"),
    N_("balances missed and false calls (highest Youden index), this label against all others"),
)
"""The rules that these phrases make."""
_EXPLAINED = {
    "key": "cut-off",
    "set-title": "diagnoses not excluded; still possible",
    "similarity-title": "unlike the training images",
}
"""Class of an element -> its word in the glossary."""
_WORDS = {
    "cutoff": N_("cut-off"),
    "findings": N_("Findings; the heat map shows the chosen one"),
    "set_title": N_("Diagnoses not excluded"),
    "notes": N_("Notes"),
    "what": N_("What is this?"),
    "answered": N_("The model has answered."),
}

_mount = Component("meddx.findings", _HERE / "findings", WORDS_SCRIPT, KEPT_ELEMENTS_SCRIPT)


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


def _choice(state: Mapping[str, Any], question: str) -> str | None:
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
        "prediction_set": translated(prediction_set_sentence(prediction, card, coverage)),
        "notes": list(map(translated, (*prediction.notes, *notes))),
        "meanings": {name: glossary.meaning(word) for name, word in _EXPLAINED.items()},
        "words": component_words(_WORDS),
        "unlike_training": _is_unlike_training(prediction),
        "similarity": similarity_sentence(prediction, card),
        "similarity_title": _("Similarity to {images}").format(images=reference_images(card)),
    }


def score_title(card: Card) -> str:
    """Return what the numbers beside the labels are."""
    return _("Raw score: not calibrated here") if card.calibration is None else _("Calibrated probability")


def finding_status(label: Label, prediction: Prediction, card: Card) -> tuple[str, str]:
    """Return where a label's probability lies: a key for the style ("below", "absence", "finding"), and the text."""
    unlike = _is_unlike_training(prediction)
    state, text = "below", _("No cut-off: not set for this model")
    if label.threshold is not None:
        cutoff = percent(label.threshold)
        if label.name not in prediction.findings:
            text = _("Below cut-off ({cutoff})").format(cutoff=cutoff)
        else:
            state, text = "absence" if label.absence else "finding", _("Above cut-off ({cutoff})").format(cutoff=cutoff)
            if label.absence and is_normal_label(prediction, card):
                text = _("{normal}: above cut-off ({cutoff})").format(normal=normal_text(card), cutoff=cutoff)
            elif unlike and not label.absence:
                text = _("Finding")
    return state, _("{status} (image unlike training data)").format(status=text) if unlike else text


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
    normal = next(label.title for label in card.labels if label.absence)
    if normal.lower() != "normal":
        return _("{label}, per model").format(label=translated(normal))
    diseases = [label.title.split() for label in card.labels if not label.absence]
    shared: list[str] = []
    for words in zip(*map(reversed, diseases), strict=False):
        if len({word.lower() for word in words}) > 1:
            break
        shared.insert(0, words[0].lower())
    if not shared:
        return _("No finding, per model")
    return _("No {disease}, per model").format(disease=translated(" ".join(shared)))


def cutoff_sentence(label: Label) -> str:
    """Return which probability counts as a finding, and how that cut-off was set."""
    if label.threshold is None or label.threshold_rule is None:
        return _(
            "{label} has no cut-off: nobody has chosen one for this model, so it is never called a finding."
        ).format(label=translated(label.title))
    rule = label.threshold_rule
    for phrase, text in _RULE_TEXTS.items():
        rule = rule.replace(phrase, text)
    sentence = (
        _("{label} counts as normal at {share} or more. Cut-off: {rule}; set on {images}.")
        if label.absence
        else _("{label} counts as a finding at {share} or more. Cut-off: {rule}; set on {images}.")
    )
    return sentence.format(
        label=translated(label.title),
        share=percent(label.threshold),
        rule=translated(_(rule)),
        images=translated(label.threshold_set or ""),
    )


def similarity_sentence(prediction: Prediction, card: Card) -> str:
    """Return how far the image is from the training images, or those that the model was calibrated on."""
    score = prediction.ood
    if score is None:
        return _("Not measured for this model.")
    sentence = (
        _("Unlike the {images}: distance {distance}, limit {limit}.")
        if score.is_outside
        else _("Similar to the {images}: distance {distance}, limit {limit}.")
    )
    distance, limit = f"{score.distance:.1f}", f"{score.threshold:.1f}"
    return sentence.format(images=reference_images(card), distance=distance, limit=limit)


def _is_unlike_training(prediction: Prediction) -> bool:
    return prediction.ood is not None and prediction.ood.is_outside


def _row(label: Label, prediction: Prediction, card: Card) -> dict[str, Any]:
    state, status = finding_status(label, prediction, card)
    title, shown = translated(label.title), probability(prediction.probabilities[label.name])
    return {
        "label": label.name,
        "title": title,
        "probability": prediction.probabilities[label.name],
        "threshold": label.threshold,
        "probability_text": shown,
        "state": state,
        "status": status,
        "spoken": _("{label}: {probability}. {status}.").format(label=title, probability=shown, status=status),
    }
