"""Split a user's own images into one set to choose a method on and one to report on."""

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.map_evaluation.map_queries import has_annotations
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.recipe_sets import RecipeSets


def split_user_set(images: LabelledSet, seed: int) -> RecipeSets:
    """Return half of the patients, drawn by `seed`, as validation set and the others as test set.

    The training set is empty. Where some images are marked, those that are not are left out. Raises Refused for fewer
    than two patients.
    """
    marks = has_annotations(images)
    kept = images.subset([row for row, case in enumerate(images.cases) if case.boxes or case.masks or not marks])
    patients, of = np.unique(kept.groups, return_inverse=True)
    if len(patients) < 2:
        raise Refused(
            "too-few-patients",
            f"Fewer than two patients have {'marked ' if marks else ''}images in the set; the method is chosen on some "
            "patients and reported on others, so bring images of more.",
        )
    first = np.isin(of, np.random.default_rng(seed).permutation(len(patients))[: len(patients) // 2])
    return RecipeSets(kept.subset([]), kept.subset(np.flatnonzero(first)), kept.subset(np.flatnonzero(~first)))
