"""Lay the answers on a worklist out as a table, an image a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meddx.config import RESEARCH_USE
from meddx.export.data_tables import DataTable, Value
from meddx.export.measurement_words import measurement_sentence
from meddx.imaging.measurements import ImageScale, Measurement
from meddx.model.card import Card
from meddx.types import Prediction, ReaderOpinion, Refusal


@dataclass(frozen=True)
class WorklistRow:
    """Hold one image of a worklist. frame: zero-based; answer: None where there is none yet; error: why, if known.

    opinions: the reader's own, by label. measurements: on this frame, and the scale to read them by.
    """

    name: str
    sha256: str
    frame: int
    answer: Prediction | Refusal | None
    error: str = ""
    opinions: Mapping[str, ReaderOpinion] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    scale: ImageScale | None = None


def worklist_table(rows: Sequence[WorklistRow], card: Card) -> DataTable:
    """Return a row for each image: file, state, findings, similarity, of every label what the model and reader say, and
    what was measured.

    state: "answered", "refused" (with the reason), "failed" or "waiting". Frames count from 1.
    """
    labels = [label.name for label in card.labels]
    columns = [
        *("file", "sha256", "frame", "model", "version", "calibrated", "state", "reason", "findings"),
        *("unlike_training_images", "distance", "distance_limit", "cautions"),
        *(f"probability {name}" for name in labels),
        *(f"cut-off {name}" for name in labels),
        *(f"opinion {name}" for name in labels),
        *(f"opinion corrected {name}" for name in labels),
        *(f"opinion note {name}" for name in labels),
        "measurements",
        "note",
    ]
    return DataTable("Worklist", columns, [_row(row, card) for row in rows])


def _row(row: WorklistRow, card: Card) -> list[Value]:
    answer, score = row.answer, row.answer.ood if isinstance(row.answer, Prediction) else None
    state, reason = _state(row)
    answered = isinstance(answer, Prediction)
    opinions = [row.opinions.get(label.name) for label in card.labels]
    return [
        *(row.name, row.sha256, row.frame + 1, card.id, card.version, card.calibration is not None, state, reason),
        "; ".join(answer.findings) if isinstance(answer, Prediction) else None,
        *((score.is_outside, score.distance, score.threshold) if score else (None, None, None)),
        " ".join(answer.cautions) or None if isinstance(answer, Prediction) else None,
        *(answer.probabilities[label.name] if isinstance(answer, Prediction) else None for label in card.labels),
        *(label.threshold if answered else None for label in card.labels),
        *(opinion.verdict if opinion else None for opinion in opinions),
        *(opinion.corrected or None if opinion else None for opinion in opinions),
        *(opinion.note or None if opinion else None for opinion in opinions),
        "; ".join(_measured(row)) or None,
        RESEARCH_USE,
    ]


def _measured(row: WorklistRow) -> list[str]:
    return [] if row.scale is None else [measurement_sentence(one, row.scale) for one in row.measurements]


def _state(row: WorklistRow) -> tuple[str, str | None]:
    match row.answer:
        case Prediction():
            return "answered", None
        case Refusal(reason=reason):
            return "refused", reason
        case _:
            return ("failed", row.error) if row.error else ("waiting", None)
