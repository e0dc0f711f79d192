"""Write one case as plain text, to paste into a report."""

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


def case_text(facts: CaseFacts) -> str:
    """Return findings, prediction set, similarity, heat map with its check and model, a line each."""
    rows = finding_rows(facts.answer, facts.card)
    width = max(len(row.title) for row in rows)
    lines = [f"Image analysis by {facts.card.title} ({facts.card.id} {facts.card.version}, meddx {__version__})"]
    lines += [f"{RESEARCH_USE}", *synthetic_notes(facts)]
    lines += [f"{name}: {' '.join(text.split())}" for name, text in facts.identity.items()]
    if facts.image.frames > 1:
        lines.append(f"Frame: {facts.image.frame + 1} of {facts.image.frames}")
    lines += [f"CAUTION: {caution}" for caution in facts.answer.cautions]
    lines.append(f"{score_kind(facts.card)}, cut-off:")
    lines += [f"  {row.title:<{width}}  {row.probability:>6}, {row.cutoff:>6}: {row.result}" for row in rows]
    lines += [
        f"Diagnoses not excluded: {prediction_set_sentence(facts.answer, facts.card, facts.coverage)}",
        f"Similarity: {similarity_text(facts.answer, facts.card)}",
        f"Heat map: {map_title(facts)}. {map_sentence(facts)}",
        f"Check of the heat map: {check_sentence(facts)}",
        *([f"Reader's opinion: {opinions_text(facts)}"] if facts.opinions else []),
        *(f"Note: {note}" for note in all_notes(facts)),
    ]
    return "\n".join(lines) + "\n"
