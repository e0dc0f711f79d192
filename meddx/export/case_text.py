"""Write one case as plain text, to paste into a report."""

import unicodedata

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.evaluate.prediction_set_text import prediction_set_sentence
from meddx.export.case_facts import (
    CaseFacts,
    all_notes,
    check_sentence,
    finding_rows,
    map_sentence,
    map_title,
    opinions_text,
    score_kind,
    similarity_text,
    synthetic_notes,
)
from meddx.export.language import IN_ENGLISH, ExportLanguage
from meddx.export.measurement_words import measurement_words
from meddx.imaging.measurements import image_scale


def case_text(facts: CaseFacts, language: ExportLanguage = IN_ENGLISH) -> str:
    """Return findings, measurements, prediction set, similarity, heat map with its check and model, a line each."""
    translate = language.translate
    rows = finding_rows(facts.answer, facts.card)
    titles = [translate(row.title) for row in rows]
    width = max(map(_columns, titles))
    lines = [
        translate(f"Image analysis by {facts.card.title} ({facts.card.id} {facts.card.version}, meddx {__version__})")
    ]
    lines += map(translate, [RESEARCH_USE, *synthetic_notes(facts)])
    lines += [translate(name) + language.colon + " ".join(text.split()) for name, text in facts.identity.items()]
    if facts.image.frames > 1:
        lines.append(translate(f"Frame: {facts.image.frame + 1} of {facts.image.frames}"))
    lines += [translate(f"CAUTION: {caution}") for caution in facts.answer.cautions]
    lines.append(translate(f"{score_kind(facts.card)}, cut-off:"))
    for title, row in zip(titles, rows, strict=True):
        padded = title + " " * (width - _columns(title))
        score, cutoff = translate(row.probability), translate(row.cutoff)
        lines.append(f"  {padded}  {score:>6}, {cutoff:>6}{language.colon}{translate(row.result)}")
    words = [measurement_words(one, image_scale(facts.image)) for one in facts.measurements]
    lines += [f"{translate(one.title)} {translate(one.value)}" for one in words]
    lines += [
        translate(f"Diagnoses not excluded: {prediction_set_sentence(facts.answer, facts.card, facts.coverage)}"),
        translate(f"Similarity: {similarity_text(facts.answer, facts.card)}"),
        translate(f"Heat map: {map_title(facts)}. {map_sentence(facts)}"),
        translate(f"Check of the heat map: {check_sentence(facts)}"),
    ]
    if facts.opinions:
        lines.append(translate("Reader's opinion") + language.colon + opinions_text(facts, language))
    return "\n".join([*lines, *(translate(f"Note: {note}") for note in all_notes(facts))]) + "\n"


def _columns(text: str) -> int:
    """Return how many columns a text takes in a font of equal widths: eastern characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
