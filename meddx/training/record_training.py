"""Prepare records and notes for training, and take parts of a case away at random (modality dropout).

After Neverova et al. 2016, "ModDrop" (arXiv:1501.00102), but every combination of missing parts is equally often, since
shares of the parts are computed from all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.case_records import note_inputs, note_of, record_inputs
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.manifest_columns import NOTE_COLUMN
from meddx.explain.shapley import every_coalition
from meddx.model.note_words import Vocabulary, collect_vocabulary
from meddx.model.record_encoding import missing_record, slices
from meddx.model.record_fields import RecordField
from meddx.training.recipe import Recipe

Inputs = dict[str, NDArray[np.float32] | NDArray[np.int32]]
"""By the names of a fused network's inputs, first axis the cases: "image_present", "record", "note"."""


@dataclass(frozen=True)
class BesideImages:
    """The records and notes of a set's cases, as far as the recipe has them.

    parts: what the network that is trained takes, of "image", "record", "note". record: (n, inputs); note: (n, words).
    """

    parts: tuple[str, ...]
    fields: tuple[RecordField, ...]
    record: NDArray[np.float32]
    note: NDArray[np.int32]

    def whole(self, rows: slice | NDArray[np.intp]) -> Inputs:
        """Return the inputs of these cases with every part that there is."""
        return self._inputs(self.record[rows], self.note[rows], np.ones((len(self.record[rows]), 1), np.float32))

    def thinned(
        self, rows: NDArray[np.intp], generator: np.random.Generator, parts_dropped: float, fields_dropped: float
    ) -> Inputs:
        """Return the inputs of these cases with parts and fields taken away at random.

        parts_dropped: share of the cases that lose parts; fields_dropped: chance of each field of the others.
        """
        record, note = self.record[rows].copy(), self.note[rows].copy()
        absent, kept = missing_record(self.fields), every_coalition(len(self.parts))
        for place in slices(self.fields).values():
            lost = generator.random(len(rows)) < fields_dropped
            record[lost, place] = absent[place]
        chosen = kept[generator.integers(0, len(kept) - 1, len(rows))]  # never all: the last combination
        chosen[generator.random(len(rows)) >= parts_dropped] = True
        given = {part: chosen[:, place] for place, part in enumerate(self.parts)}
        if "record" in given:
            record[~given["record"]] = absent
        if "note" in given:
            note[~given["note"]] = 0
        present = given.get("image", np.ones(len(rows), np.bool_))
        return self._inputs(record, note, present[:, np.newaxis].astype(np.float32))

    def _inputs(self, record: NDArray[np.float32], note: NDArray[np.int32], present: NDArray[np.float32]) -> Inputs:
        named: Inputs = {"image": present, "record": record, "note": note}
        return {"image_present" if part == "image" else part: named[part] for part in self.parts}


def check_columns(recipe: Recipe, images: LabelledSet) -> None:
    """Raise Refused where a set has no column of a field or for the note, which could then not be learned from."""
    names = {name.strip().casefold() for case in images.cases for name in case.columns}
    wanted = [*(field.name for field in recipe.fields), *([NOTE_COLUMN] if recipe.note else [])]
    if lacking := [name for name in wanted if name.casefold() not in names]:
        raise Refused(
            "no-such-column",
            f"The training set has no column {' and no column '.join(lacking)}: a manifest names its columns as the "
            "recipe its fields; correct either.",
        )


def training_vocabulary(recipe: Recipe, images: LabelledSet) -> Vocabulary | None:
    """Return the vocabulary of the training notes, None for a recipe without a note."""
    if recipe.note is None:
        return None
    notes = [(case.group, note_of(case)) for case in images.cases]
    return collect_vocabulary(notes, recipe.note.fewest_patients, recipe.note.vocabulary_size)


def beside_images(
    recipe: Recipe, images: LabelledSet, vocabulary: Vocabulary | None, parts: Sequence[str]
) -> BesideImages:
    """Return the records and notes of a set for a network that takes `parts`."""
    words = recipe.note.words if recipe.note is not None else 0
    note = np.zeros((len(images), 0), np.int32) if vocabulary is None else note_inputs(vocabulary, words, images.cases)
    return BesideImages(tuple(parts), recipe.fields, record_inputs(recipe.fields, images.cases), note)
