"""What the exports of one case state: findings, prediction set, heat map and its check, and the model's limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from meddx.evaluate.estimates import Estimate
from meddx.explain.map_check.check_words import check_title, check_word
from meddx.explain.methods import METHODS
from meddx.export.language import IN_ENGLISH, ExportLanguage
from meddx.formatting import percent, probability
from meddx.imaging.measurements import Measurement
from meddx.imaging.overlay import CUTOFF
from meddx.model.beside_image import given_sentence
from meddx.model.card import Card, Label
from meddx.types import DrawableImage, Explanation, MapCheck, MapMeasure, Prediction, ReaderOpinion

NOT_CHECKED = "Not checked. Whether the highlighted areas decide the prediction is unknown."
NO_CUTOFF = "none"
_MARKS = {"good": "passed", "unclear": "unclear", "bad": "failed", "unmeasured": "not measured"}


@dataclass(frozen=True)
class CaseFacts:
    """Hold one image with everything that an export states of it.

    sha256: of the file, hex. label: the one whose heat map is shown. explanation: its maps, None where none is shown.
    check: of that map, None where it was not checked. coverage: label -> observed coverage of the model's prediction
    sets on recorded test cases, None where it was not measured. opinions: the reader's own, by label, with notes that
    are exported as they stand. identity: file name and facts of the patient, title -> text; empty unless the reader has
    asked for them. measurements: those drawn on the image that are exported. method_note: what the model's record says
    against the method of the maps, "" for nothing.
    """

    card: Card
    answer: Prediction
    image: DrawableImage
    sha256: str
    label: Label
    explanation: Explanation | None = None
    check: MapCheck | None = None
    coverage: Mapping[str, Estimate] | None = None
    opinions: Mapping[str, ReaderOpinion] = field(default_factory=dict)
    identity: Mapping[str, str] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    method_note: str = ""


@dataclass(frozen=True)
class FindingRow:
    """Hold one label's result as text. state: "finding", "absence" (a normal label above its cut-off) or "below"."""

    title: str
    probability: str
    cutoff: str
    result: str
    state: Literal["finding", "absence", "below"]


def finding_rows(answer: Prediction, card: Card) -> list[FindingRow]:
    """Return a row for each label, in the card's order."""
    return [_row(label, answer) for label in card.labels]


def _row(label: Label, answer: Prediction) -> FindingRow:
    shown = probability(answer.probabilities[label.name])
    if label.threshold is None:
        return FindingRow(label.title, shown, NO_CUTOFF, "no cut-off", "below")
    above = label.name in answer.findings
    state: Literal["finding", "absence", "below"] = ("absence" if label.absence else "finding") if above else "below"
    result = "above" if above else "below"
    return FindingRow(label.title, shown, percent(label.threshold), result, state)


def score_kind(card: Card) -> str:
    """Return what the model's numbers are."""
    return "Calibrated probability" if card.calibration is not None else "Raw score, not calibrated"


def similarity_text(answer: Prediction, card: Card) -> str:
    """Return whether the image is like those that the model suits."""
    if answer.ood is None:
        return "Not measured for this model."
    images = "training images" if card.training else "calibration images"
    score = f"distance {answer.ood.distance:.1f}, limit {answer.ood.threshold:.1f}"
    if answer.ood.is_outside:
        return f"UNLIKE the {images} ({score}): do not rely on the findings, however high their probability."
    return f"Similar to the {images} ({score})."


def map_title(facts: CaseFacts) -> str:
    """Return the method and the label of the heat map that is shown."""
    if facts.explanation is None:
        return "No heat map"
    return f"{METHODS[facts.explanation.method].title} for {facts.label.title}"


def verdict_caption(facts: CaseFacts) -> str:
    """Return in a few words how the check of the heat map ended, to stand beside the picture."""
    if facts.check is None:
        return "Heat map not checked"
    title = check_title(facts.check)
    return f"{title}: do not rely on these colours" if check_word(facts.check) == "failed" else title


def map_colour_scale(facts: CaseFacts) -> float:
    """Return the evidence at which the colours end: the common scale, or the map's own strongest evidence."""
    assert facts.explanation is not None
    strongest = float(np.abs(facts.explanation.maps[facts.label.name]).max())
    return facts.explanation.scale or strongest or 1.0


def map_sentence(facts: CaseFacts) -> str:
    """Return how strong the evidence is that the heat map shows, and which areas it leaves out."""
    if facts.explanation is None:
        return "None was shown when this was exported."
    highest = float(facts.explanation.maps[facts.label.name].max())
    hidden = f"Areas below {percent(CUTOFF)} are not coloured. The map does not outline disease."
    if facts.explanation.scale is None:
        return f"Colours are relative to the strongest area of this map alone. {hidden}"
    share = percent(max(highest, 0.0) / facts.explanation.scale)
    return f"Strongest evidence for {facts.label.title}: {share} of the scale that all images share. {hidden}"


def check_sentence(facts: CaseFacts) -> str:
    """Return what speaks against the method, the verdict on the heat map, and the result of each check."""
    if facts.explanation is None:
        return "No heat map was shown."
    said = [NOT_CHECKED]
    if facts.check is not None:
        said = [f"{check_title(facts.check)}.", facts.check.caution, *map(_measure, facts.check.measures)]
    return " ".join(filter(None, [facts.method_note, *said]))


def _measure(measure: MapMeasure) -> str:
    return f"{measure.title}: {_MARKS[measure.verdict]}. {measure.words}"


def opinions_text(facts: CaseFacts, language: ExportLanguage = IN_ENGLISH) -> str:
    """Return what the reader thinks of the results, label by label, "" without an opinion."""
    titles = {label.name: language.translate(label.title) for label in facts.card.labels}
    return " ".join(
        titles[name] + language.colon + opinion_words(opinion, titles, language) + language.stop
        for name, opinion in facts.opinions.items()
    )


def opinion_words(opinion: ReaderOpinion, titles: Mapping[str, str], language: ExportLanguage = IN_ENGLISH) -> str:
    """Return the verdict, the right label and the note of one opinion, which is the reader's own words.

    titles: of the labels, in that language.
    """
    note = " ".join(opinion.note.split()).rstrip(".")
    corrected = f"rather {titles.get(opinion.corrected, opinion.corrected)}" if opinion.corrected else ""
    parts = [language.translate(opinion.verdict or ""), language.translate(corrected), f"“{note}”" if note else ""]
    return language.comma.join(filter(None, parts))


def model_facts(card: Card, language: ExportLanguage = IN_ENGLISH) -> dict[str, str]:
    """Return which model answered and what it may be used for, name -> text."""
    translate = language.translate
    origins = {label.threshold_rule for label in card.labels if label.threshold_rule is not None}
    return {
        translate("Model"): f"{translate(card.title)} ({card.id} {card.version})",
        translate("Weights SHA-256"): card.weights.sha256,
        translate("Cut-offs"): "; ".join(map(translate, sorted(origins))) or translate("none chosen for this model"),
        translate("Intended for"): translate(card.use.intended),
        translate("Not for"): translate(card.use.not_for),
        translate("Known failures"): " ".join(map(translate, card.use.known_failures)) or translate("not stated"),
    }


def all_notes(facts: CaseFacts) -> list[str]:
    """Return what was given beside the image, by name alone, and the notes on answer and image."""
    shared = facts.answer.contributions
    given = [] if shared is None else [given_sentence(facts.card, shared)]
    return [*given, *facts.answer.notes, *facts.image.notes]


def synthetic_notes(facts: CaseFacts) -> list[str]:
    """Return a warning where the image or the model says nothing about patients."""
    notes = ["Synthetic image: not of a patient."] if facts.image.synthetic else []
    if facts.card.synthetic:
        notes.append("Synthetic model: trained on phantoms, says nothing about patients.")
    return notes
