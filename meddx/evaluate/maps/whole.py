"""The whole check of one model: validation films to choose by, test films to report, and the record of both."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.maps import floors
from meddx.evaluate.maps.check import Checked
from meddx.evaluate.maps.films import drawn_at_random, has_marks, with_findings
from meddx.evaluate.maps.marks import marked
from meddx.evaluate.maps.record import TEST, VALIDATION, make_record
from meddx.evaluate.maps.reference import reference_name, reference_title
from meddx.evaluate.maps.sources import method_sources, reference_sources
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.recorded import Sets
from meddx.explain.methods import METHODS
from meddx.explain.methods.passes import Logits
from meddx.explain.record import Record
from meddx.model.loading import LoadedModel

LEARNED_FROM = 600
"""Marked training films whose marks say where a finding usually lies."""

UNMARKED = ", on which the model finds something; nothing is marked on them; of each the map of what it is called"

Stage = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""(what, number of films) -> what to tell the films done so far."""


def check_model(
    folder: Path,
    loaded: LoadedModel,
    sets: Sets,
    methods: Sequence[str],
    *,
    most: int | None,
    some: int,
    hidden: int,
    few: int,
    seed: int,
    of: str,
    command: str,
    stage: Stage,
) -> Record:
    """The record of these methods on the model in `folder`. of: what the films are of, in words.

    most: films of each set, None for all; some, hidden, few: as meddx.evaluate.maps.check.Checked has them. Without
    marks at most `hidden` films, on which the model finds something. Raises Refused.
    """
    card, marks = loaded.card, has_marks(sets.test)
    usual = _usual(drawn_at_random(sets.train, seed, LEARNED_FROM)) if marks else {}
    sources = method_sources(loaded.network, methods) + reference_sources(folder, card, methods)
    checked = Checked(loaded.network, card, sources, methods, usual=usual, some=some, hidden=hidden, few=few)
    found, counts = {}, []
    for name, every in ((VALIDATION, sets.validation), (TEST, sets.test)):
        films = drawn_at_random(every, seed, most)
        if not marks:
            films = with_findings(films, card, Logits(loaded.network), hidden)
        if not films.cases:
            raise Refused(
                "nothing-found", f"The model finds nothing on any of the {name} films, so it has no map of one."
            )
        with stage(f"{name} films", len(films)) as done:
            found[name] = checked.over(films, done)
        counts.append(f"{len(films)} {name} films")
    titles = floors.TITLES | {reference_name(method): reference_title(method) for method in METHODS}
    about = f"{' and '.join(counts)} of {of}"
    about += "; of each the map of every marked label" if marks else UNMARKED
    return make_record(card, found, titles, films=about, command=command)


def _usual(films: LabelledSet) -> dict[str, floors.FilmMap]:
    return floors.usual_places(
        {label: [marked(case, label) for case in films.cases if label in case.labels] for label in films.labels}
    )
