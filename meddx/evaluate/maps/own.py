"""Somebody's own films as sets of a check: they come as one set, and choosing and reporting need two."""

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.maps.films import has_marks
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.recorded import Sets


def own_sets(films: LabelledSet, seed: int) -> Sets:
    """Half of the patients, drawn by `seed`, to choose by, the others to report; none to learn from.

    Where films are marked, those that are not are left out. Raises Refused for less than two patients.
    """
    marks = has_marks(films)
    kept = films.subset([row for row, case in enumerate(films.cases) if case.boxes or case.masks or not marks])
    patients, of = np.unique(kept.groups, return_inverse=True)
    if len(patients) < 2:
        raise Refused(
            "too-few-patients",
            f"Fewer than two patients have {'marked ' if marks else ''}films in the set; the method is chosen on some "
            "patients and reported on others, so bring films of more.",
        )
    first = np.isin(of, np.random.default_rng(seed).permutation(len(patients))[: len(patients) // 2])
    return Sets(kept.subset([]), kept.subset(np.flatnonzero(first)), kept.subset(np.flatnonzero(~first)))
