"""Load the systems of a comparison from recorded predictions of installed models and from predictions files."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.external_predictions import ExternalPredictions
from meddx.evaluate.paired.alignment import Aligned, align
from meddx.evaluate.paired.common_labels import common_labels
from meddx.evaluate.paired.system import System, system_of_file, system_of_model, system_of_reader
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.model.registry import EarlierVersion, ModelFolder


def recorded_system(model: ModelFolder, set_name: str = "test") -> System:
    """Return the recorded predictions of a model or version on its own test (or validation) set as a system.

    Raises Refused when its folder holds none.
    """
    path = model.folder / f"predictions-{set_name}.parquet"
    if not path.is_file():
        raise Refused(
            "no-predictions", f"{model.card.id} has no recorded {set_name} predictions; measure it on labelled images."
        )
    return system_from_recorded(model, read_predictions(path))


def system_from_recorded(model: ModelFolder, predictions: Predictions) -> System:
    """Return the predictions of a model or version, already read, as a system.

    Raises Refused when there are none, or they are of other labels than the card's.
    """
    if set(predictions.labels) != {label.name for label in model.card.labels} or not len(predictions):
        raise Refused(
            "other-labels",
            f"The recorded predictions of {model.card.id} are not of its card's labels; measure it again.",
        )
    system = system_of_model(model.card, predictions)
    if isinstance(model, EarlierVersion):
        title = f"{system.title} {system.version}"
        return replace(system, id=model.name, title=title, kind="version")
    return system


def systems_from_external(name: str, other: ExternalPredictions) -> list[System]:
    """Return the scores as one system, and every reader as a further one, on the cases read."""
    own = system_of_file(name, other.predictions, other.thresholds, exclusive=other.exclusive)
    found = [replace(own, reversed_from=other.reversed_from)]
    for reader, rating in other.ratings.items():
        rated = np.flatnonzero(np.isfinite(rating))
        if len(rated):
            found.append(_of_ratings(reader, other.predictions.subset(rated), rating[rated]))
    for reader, called in other.readers.items():
        read = [row for row, label in enumerate(called) if label is not None]
        if read:
            found.append(system_of_reader(reader, other.predictions.subset(read), [str(called[row]) for row in read]))
    return found


def _of_ratings(reader: str, predictions: Predictions, rating: NDArray[np.float64]) -> System:
    """Return a reader, who rated every case for the only label, as a system.

    A rating is no call, so there is no threshold.
    """
    unknown = np.full((len(rating), 1), np.nan, np.float32)
    rated = replace(predictions, probabilities=rating[:, None], logits=unknown, are_probabilities=False)
    return replace(system_of_file(reader, rated, (float("nan"),), exclusive=False), kind="reader")


def overlapping_pairs(systems: Iterable[System]) -> list[tuple[str, str]]:
    """Return the pairs of ids of systems that have cases and labels in common.

    Both are needed: data sets may number their cases alike and still have different cases, of different labels.
    """
    known = [(system, frozenset(system.predictions.cases)) for system in systems]
    return [(a.id, b.id) for (a, of_a), (b, of_b) in combinations(known, 2) if of_a & of_b and _have_common_label(a, b)]


def _have_common_label(a: System, b: System) -> bool:
    try:
        common_labels([a, b], {})
    except Refused:
        return False
    return True


def with_distinct_ids(systems: Sequence[System]) -> list[System]:
    """Return the systems with distinct ids, versions of one model distinguished by version.

    Raises Refused when two have one name. Of a model beside its EarlierVersion, which bears its version already, only
    the title changes.
    """
    ids = [system.id for system in systems]
    earlier = {system.id.removesuffix(f" {system.version}") for system in systems if system.kind == "version"}
    systems = [
        replace(system, title=f"{system.title} {system.version}")
        if system.kind == "model" and system.id in earlier
        else system
        for system in systems
    ]
    named = [
        replace(system, id=f"{system.id} {system.version}", title=f"{system.title} {system.version}")
        if system.version and ids.count(system.id) > 1
        else system
        for system in systems
    ]
    names = [system.id for system in named]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused("same-name", f"Two systems are called {twice[0]!r}; rename one, or leave one out.")
    return named


def validation_systems(models: Sequence[ModelFolder]) -> Aligned | None:
    """Return the models on their common validation cases; None where one has none, or they share none."""
    try:
        return align(with_distinct_ids([recorded_system(model, "validation") for model in models]))
    except Refused:
        return None
