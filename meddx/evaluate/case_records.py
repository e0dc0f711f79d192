"""Read the records and notes of labelled cases as network inputs, and ask fused networks about cases."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.evaluate.sets.labelled_set import LabelledCase
from meddx.explain.methods.compiled_passes import Logits
from meddx.explain.methods.explainer import images_at_once, in_batches
from meddx.model.fused_network import FusedNetwork, Vectors, context_of
from meddx.model.loading import LoadedModel
from meddx.model.note_words import Vocabulary, encode_notes
from meddx.model.record_encoding import encode_record
from meddx.model.record_fields import RecordField, record_width

NOTE_COLUMN = "note"
"""The column of a manifest that holds a case's note."""


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
    record, note = np.zeros((len(cases), 0), np.float32), np.zeros((len(cases), 0), np.int32)
    if fused.card.fields:
        record = record_inputs(fused.card.fields, cases)
    if fused.card.note is not None and fused.vocabulary is not None:
        note = note_inputs(fused.vocabulary, fused.card.note.words, cases)
    return context_of(fused.vectors(record, note))


class CaseLogits:
    """Compute the logits of images by a fused network, with the record and the note of their cases."""

    def __init__(self, fused: FusedNetwork) -> None:
        self._fused = fused
        network = keras.Model(fused.by_context.inputs, fused.by_context.outputs[1])
        self._pass = tf.function(
            lambda images, context: network([images, context], training=False), reduce_retracing=True
        )
        self._largest = images_at_once(*fused.by_context.inputs[0].shape[1:3])

    def of_cases(self, inputs: NDArray[np.float32], cases: Sequence[LabelledCase]) -> NDArray[np.float32]:
        """Return logits, float32 (n, labels), of the network inputs (n, height, width, channels) of these cases."""
        parts = zip(
            in_batches(inputs, self._largest), in_batches(contexts(self._fused, cases), self._largest), strict=True
        )
        return np.concatenate([np.asarray(self._pass(tf.constant(one), tf.constant(held))) for one, held in parts])


def logits_of(loaded: LoadedModel) -> Logits | CaseLogits:
    """Return what computes the logits of a labelled set by a model."""
    return Logits(loaded.network) if loaded.fused is None else CaseLogits(loaded.fused)
