"""Build the record of a check: what was chosen on validation images, and the results on test images."""

from collections.abc import Mapping, Sequence

import numpy as np

from meddx.evaluate.map_evaluation import baselines
from meddx.evaluate.map_evaluation.evaluator import RowResult
from meddx.evaluate.map_evaluation.localisation import THRESHOLD_SHARES
from meddx.evaluate.map_evaluation.measures import (
    BLANK,
    DECIDED,
    EMPTY,
    GAIN,
    INSIDE,
    LIKENESS,
    MEASURES,
    NEAR,
    OVERLAP,
    POINTING,
    PRECISION,
)
from meddx.evaluate.map_evaluation.patient_means import mean_over_maps
from meddx.evaluate.map_evaluation.recommendation import (
    MethodCandidate,
    best_overlap_threshold,
    evidence_scale,
    recommend,
)
from meddx.explain.map_record import PASSING, MapRecord, MethodRecord, RecordedMeasure, RowKind
from meddx.explain.methods import METHODS
from meddx.model.card import Card

VALIDATION_SET, TEST_SET = "validation", "test"


def make_record(
    card: Card, found: Mapping[str, Mapping[str, RowResult]], titles: Mapping[str, str], *, images: str, command: str
) -> MapRecord:
    """Return the record of a model's heat maps.

    found: set -> row -> results; titles: of rows that are not methods of meddx; images, command: as in MapRecord.
    """
    on_validation = found[VALIDATION_SET]
    thresholds = {row: best_overlap_threshold(one) for row, one in on_validation.items() if one.localised}
    measured = [
        number
        for name, of_set in found.items()
        for row, one in of_set.items()
        for number in _numbers(row, name, one, thresholds.get(row))
    ]
    rows = [
        _row(row, one, thresholds.get(row), titles)
        for row, one in on_validation.items()
        if one.localised or one.effects
    ]
    recommended, decided_by, why = recommendation(rows, measured)
    return MapRecord(
        model=card.id,
        version=card.version,
        weights_sha256=card.weights.sha256,
        synthetic=card.synthetic,
        images=images,
        command=command,
        recommended=recommended,
        decided_by=decided_by,
        why=why,
        methods=tuple(rows),
        measured=tuple(measured),
    )


def recommendation(rows: Sequence[MethodRecord], measured: Sequence[RecordedMeasure]) -> tuple[str, str, str]:
    """Return the default method, the measure that decided and the reason, from the results on validation images.

    How often maps pass the quick check comes first (`recommend`). Of the methods that are left, pointing decides only
    where some of them points better than the baselines without a model. Elsewhere a map can still show what the
    prediction depends on, which may lie beside the finding; then faithfulness decides.
    """
    of = {(one.method, one.measure): one for one in measured if one.set == VALIDATION_SET}
    before = ""
    for measure, named in DECIDED.items():
        known = [(row, of[row.name, measure]) for row in rows if (row.name, measure) in of]
        candidates = [
            _candidate(row, one, of.get((row.name, LIKENESS)), of.get((row.name, PASSING)))
            for row, one in known
            if row.kind == "method"
        ]
        if not candidates:
            continue
        blind = {row.title: one.value for row, one in known if row.kind == "baseline"}
        chosen = recommend(candidates, named, blind)
        if chosen.beats_baselines or measure == GAIN:
            break
        before = f"No eligible method has a clearly better {named} than the baselines without a model. "
    return chosen.name, measure, before + chosen.why


def _candidate(
    row: MethodRecord, decides: RecordedMeasure, likeness: RecordedMeasure | None, passing: RecordedMeasure | None
) -> MethodCandidate:
    return MethodCandidate(
        row.name,
        decides.value,
        decides.low,
        decides.high,
        row.seconds or 0.0,
        None if likeness is None else likeness.value,
        None if passing is None else (passing.value, passing.low),
    )


def _row(row: str, found: RowResult, chosen: float | None, titles: Mapping[str, str]) -> MethodRecord:
    seconds = round(found.seconds / found.images, 3) if found.images else None
    if row in METHODS:
        return MethodRecord(
            name=row, title=METHODS[row].title, scale=evidence_scale(found, row), threshold=chosen, seconds=seconds
        )
    kind: RowKind = "baseline" if row in baselines.BASELINE_TITLES else "reference"
    return MethodRecord(name=row, title=titles[row], kind=kind, threshold=chosen, seconds=seconds)


def _numbers(row: str, images: str, found: RowResult, chosen: float | None) -> list[RecordedMeasure]:
    values: dict[str, list[float]] = {}
    if found.localised and chosen is not None:
        at = THRESHOLD_SHARES.index(chosen)
        values = {
            POINTING: [one.pointing for one in found.localised],
            NEAR: [one.near for one in found.localised],
            INSIDE: [one.inside for one in found.localised],
            OVERLAP: [float(one.overlap[at]) for one in found.localised],
            PRECISION: [one.precision for one in found.localised],
        }
    numbers = [recorded_measure(row, images, measure, of, found.patients) for measure, of in values.items()]
    for measure, pairs in (
        (GAIN, found.effects),
        (EMPTY, found.empty),
        (LIKENESS, found.likenesses),
        (BLANK, found.blanks),
        (PASSING, found.passing),
    ):
        if pairs:
            numbers.append(
                recorded_measure(row, images, measure, [value for _, value in pairs], [who for who, _ in pairs])
            )
    return numbers


def recorded_measure(row: str, images: str, measure: str, values: list[float], patients: list[str]) -> RecordedMeasure:
    """Return the mean of a measure over the maps of one row, with its interval. images: name of the set."""
    of = mean_over_maps(np.array(values), patients, MEASURES[measure].low)
    value, low, high = (round(number, 4) for number in (of.value, of.low, of.high))
    return RecordedMeasure(
        method=row, measure=measure, set=images, value=value, low=low, high=high, n=len(values), interval=of.method
    )
