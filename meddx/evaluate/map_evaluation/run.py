"""Run the whole check of one model: choose on validation images, report on test images and record both."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from meddx.errors import CardError, Refused
from meddx.evaluate.map_evaluation import baselines
from meddx.evaluate.map_evaluation.annotations import annotated_cells
from meddx.evaluate.map_evaluation.build_record import (
    TEST_SET,
    VALIDATION_SET,
    make_record,
    recommendation,
    recorded_measure,
)
from meddx.evaluate.map_evaluation.check_limits import LIMIT_IMAGES, set_limits
from meddx.evaluate.map_evaluation.evaluator import MapEvaluator
from meddx.evaluate.map_evaluation.map_queries import has_annotations, random_sample, with_findings
from meddx.evaluate.map_evaluation.map_sources import method_sources, reference_sources
from meddx.evaluate.map_evaluation.passing import PassingMaps, QuickVerdict
from meddx.evaluate.map_evaluation.tf_keras_vis_maps import reference_name, reference_title
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.recipe_sets import RecipeSets
from meddx.explain.map_check.verdicts import has_limits
from meddx.explain.map_limits import MapLimits
from meddx.explain.map_record import PASSING, CheckedMap, MapRecord, own_limits
from meddx.explain.methods import METHODS, SLOW
from meddx.explain.methods.compiled_passes import Logits
from meddx.model.card import Card
from meddx.model.loading import LoadedModel

LEARNED_FROM = 600
"""Number of marked training images from which the usual location of a finding is computed."""

UNMARKED = ", on which the model finds something; nothing is marked on them; of each the map of what it is called"

ProgressStage = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""(title, number of images) -> context whose value is called with the number of images done so far."""


def evaluate_maps(
    folder: Path,
    loaded: LoadedModel,
    sets: RecipeSets,
    methods: Sequence[str],
    *,
    most: int | None,
    some: int,
    hidden: int,
    few: int,
    seed: int,
    of: str,
    command: str,
    stage: ProgressStage,
    name_cases: bool = False,
) -> MapRecord:
    """Return the record of these methods on the model in `folder`.

    of: what the images are of, in words. most: images of each set, None for all; some, hidden, few: as in
    meddx.evaluate.map_evaluation.evaluator.MapEvaluator. Without marks at most `hidden` images, on which the model
    finds something. name_cases: whether the record names test cases, as the model's recorded predictions do; not for a
    reader's own images. Raises Refused where it finds nothing on any image of a set, or where an image or mask cannot
    be read.
    """
    card, marks = loaded.card, has_annotations(sets.test)
    usual = _usual(random_sample(sets.train, seed, LEARNED_FROM)) if marks else {}
    sources = method_sources(loaded.network, methods) + reference_sources(folder, card, methods)
    checked = MapEvaluator(loaded.network, card, sources, methods, usual=usual, some=some, hidden=hidden, few=few)
    limits = _own_limits(loaded, sets.validation, methods, seed, stage, before=_limits_before(folder, card))
    passing = PassingMaps(loaded, methods, limits)
    found, counts, checked_maps = {}, [], {}
    for name, every in ((VALIDATION_SET, sets.validation), (TEST_SET, sets.test)):
        images = random_sample(every, seed, most)
        if not marks:
            images = with_findings(images, card, Logits(loaded.network), hidden)
        if not images.cases:
            raise Refused(
                "nothing-found",
                f"The model finds nothing on any of the {name} images, so it has no map of one; take more of them.",
            )
        with stage(f"{name} images", len(images)) as done:
            found[name] = checked.over(images, done)
        checked_in_part = images.subset(range(min(few, len(images))))
        with stage(f"{name} images, quick check", len(checked_in_part)) as done:
            checked_maps = passing.over(checked_in_part, done)
        for row, verdicts in checked_maps.items():
            found[name][row].passing = [(one.patient, float(one.passed)) for one in verdicts]
        counts.append(f"{len(images)} {name} images")
    titles = baselines.BASELINE_TITLES | {reference_name(method): reference_title(method) for method in METHODS}
    about = f"{' and '.join(counts)} of {of}"
    about += "; of each the map of every marked label" if marks else UNMARKED
    record = make_record(card, found, titles, images=about, command=command)
    record = record.model_copy(update={"limits": limits})
    return _with_cases(record, checked_maps) if name_cases else record


def add_passing(
    record: MapRecord,
    loaded: LoadedModel,
    sets: RecipeSets,
    methods: Sequence[str],
    *,
    few: int,
    seed: int,
    stage: ProgressStage,
    name_cases: bool = False,
) -> MapRecord:
    """Return the record with the share of maps that pass the quick check measured anew, and the method chosen anew.

    Where findings are marked, the limits of the check are set anew before, by the record's methods, but of a model
    whose limits come with meddx; where they have changed, shares of methods that are not measured again are dropped.
    methods: those of the record among these are measured. few: images of each set on which the model finds something,
    or on which findings are marked. name_cases: as in evaluate_maps. Raises Refused for an image or mask that cannot be
    read.
    """
    card = loaded.card
    chosen = [row.name for row in record.methods if row.kind == "method" and row.name in methods]
    every_method = [row.name for row in record.methods if row.kind == "method"]
    limits = _own_limits(loaded, sets.validation, every_method, seed, stage, before=record.limits)
    others = limits != record.limits  # what was measured by other limits does not compare
    passing = PassingMaps(loaded, chosen, limits)
    measured = [one for one in record.measured if one.measure != PASSING or not (others or one.method in chosen)]
    for name, every in ((VALIDATION_SET, sets.validation), (TEST_SET, sets.test)):
        images = random_sample(every, seed, few if has_annotations(every) else None)
        if not has_annotations(every):
            images = with_findings(images, card, Logits(loaded.network), few)
        with stage(f"{name} images, quick check", len(images)) as done:
            of_rows = passing.over(images, done)
        measured += [
            recorded_measure(row, name, PASSING, [float(one.passed) for one in of], [one.patient for one in of])
            for row, of in of_rows.items()
        ]
    recommended, decided_by, why = recommendation(record.methods, measured)
    # The maps that were kept are of the method that was recommended, of the images and by the limits of that day.
    stale = others or recommended != record.recommended or recommended in chosen
    record = record.model_copy(
        update={
            "measured": tuple(measured),
            "recommended": recommended,
            "decided_by": decided_by,
            "why": why,
            "checked": () if stale else record.checked,
            "limits": limits,
        }
    )
    return _with_cases(record, of_rows) if name_cases else record


def _own_limits(
    loaded: LoadedModel,
    validation: LabelledSet,
    methods: Sequence[str],
    seed: int,
    stage: ProgressStage,
    *,
    before: MapLimits | None,
) -> MapLimits | None:
    """Return the limits of the check set on marked validation images, None where too few of them serve.

    Nor are there any of a model whose limits come with meddx. By the methods that the quick check is made for. The
    images are among those on which validation shares are measured. before: the model's limits so far, of which unmarked
    images say nothing.
    """
    if not has_annotations(validation):
        return before
    quick = [method for method in methods if METHODS[method].passes < SLOW]
    if has_limits(loaded.card.weights.sha256) or not quick:
        return None
    with stage("limits of the check", LIMIT_IMAGES) as done:
        return set_limits(loaded, random_sample(validation, seed), quick, done)


def _limits_before(folder: Path, card: Card) -> MapLimits | None:
    """Return the limits in the record that is made anew, None where that is of other weights or cannot be read."""
    with suppress(CardError):
        return own_limits(folder, card)
    return None


def _with_cases(record: MapRecord, verdicts: Mapping[str, Sequence[QuickVerdict]]) -> MapRecord:
    """Return the record with each map of the recommended method; unchanged where that method was not measured."""
    if record.recommended not in verdicts:
        return record
    checked = [CheckedMap(case=one.case, label=one.label, passed=one.passed) for one in verdicts[record.recommended]]
    return record.model_copy(update={"checked": tuple(checked)})


def _usual(images: LabelledSet) -> dict[str, baselines.ImageMap]:
    return baselines.typical_locations(
        {
            label: [annotated_cells(case, label) for case in images.cases if label in case.labels]
            for label in images.labels
        }
    )
