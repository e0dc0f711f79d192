"""Read the records and notes of labelled cases as network inputs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.sets.labelled_set import LabelledCase
from meddx.evaluate.sets.manifest_columns import NOTE_COLUMN
from meddx.model.fused_network import FusedNetwork, Vectors, context_of
from meddx.model.note_words import Vocabulary, encode_notes
from meddx.model.record_encoding import encode_record
from meddx.model.record_fields import RecordField, record_width


def record_inputs(fields: Sequence[RecordField], cases: Sequence[LabelledCase]) -> NDArray[np.float32]:
    """Return the records of cases, float32 (n, inputs); a manifest names its columns as the fields."""
    rows = [encode_record(fields, case.columns).values for case in cases]
    return np.stack(rows) if rows else np.zeros((0, record_width(tuple(fields))), np.float32)


def note_of(case: LabelledCase) -> str:
    """Return the note of a case, "" for none."""
    return next((text for name, text in case.columns.items() if name.casefold() == NOTE_COLUMN), "")


def note_inputs(vocabulary: Vocabulary, most: int, cases: Sequence[LabelledCase]) -> NDArray[np.int32]:
    """Return the notes of cases, int32 (n, most)."""
    return encode_notes(vocabulary, [note_of(case) for case in cases], most)


def contexts(fused: FusedNetwork, cases: Sequence[LabelledCase]) -> Vectors:
    """Return what the records and notes of cases become in a fused network, (n, units)."""
    record, note = record_inputs(fused.card.fields, cases), np.zeros((len(cases), 0), np.int32)
    if fused.card.note is not None and fused.vocabulary is not None:
        note = note_inputs(fused.vocabulary, fused.card.note.words, cases)
    return context_of(fused.vectors(record, note))
