"""Words for numbers made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from meddx.config import ROOT
from meddx.explain.map_check import verdicts
from meddx.explain.map_check.faithfulness import HIDDEN_SHARES, DeletionCurves
from meddx.explain.map_check.map_checker import MapCheckValues
from meddx.explain.map_check.verdicts import (
    MEASURE_TEXTS,
    Bounds,
    ThresholdOrigin,
    measure_values,
    measure_verdicts,
    overall_verdict,
    threshold_origin,
    verdict_thresholds,
)
from meddx.explain.methods import METHODS
from meddx.model.card import read_card

TITLES = ("Consolidation", "Effusion")
BOUNDS = dict.fromkeys(MEASURE_TEXTS, Bounds(0.3, 0.6))


def effect_of(share):
    """Curves of a map whose effect is `share`: image at 4, blurred at -1."""
    moved = np.full(len(HIDDEN_SHARES), 5.0 * share)
    return DeletionCurves(hidden=4 - moved, shown=-1 + moved, whole=4.0, soft=-1.0)


def numbers(**changes):
    """A map with nothing against it."""
    curves = {"map": effect_of(0.9), "centre": effect_of(0.1), "random 1": effect_of(0.0), "random 2": effect_of(0.2)}
    fine = MapCheckValues(
        curves=curves,
        cascade=(0.9, 0.4, 0.1, -0.1),
        noisy=((0.01, 0.9), (0.02, 0.7), (-0.3, 0.0)),
        labels={1: 0.1},
        methods={"hires-cam": 0.8, "layer-cam": 0.6},
        marks=True,
        passes=60,
    )
    return replace(fine, **changes)


def verdict_of(name, measured):
    [found] = [one for one in measure_verdicts(measured, TITLES, BOUNDS) if one.name == name]
    return found


def test_each_value_follows_from_the_numbers_by_hand():
    assert measure_values(numbers()) == pytest.approx(
        {"faithful": 0.9 - 0.1, "learned": 1.0, "steady": 0.8, "specific": 0.9, "agreed": 0.7}
    )


def test_a_good_map_is_reliable_in_every_word():
    measures = measure_verdicts(numbers(), TITLES, BOUNDS)
    assert overall_verdict(measures) == "reliable"
    assert [one.words for one in measures] == [words.good for words in MEASURE_TEXTS.values()]


def test_the_same_picture_from_a_random_network_condemns():
    measured = numbers(cascade=(1.0, 1.0, 0.95, 0.97))
    assert verdict_of("learned", measured).words == "An untrained network gives nearly the same map."
    assert overall_verdict(measure_verdicts(measured, TITLES, BOUNDS)) == "not to be relied on"


def test_a_map_no_better_than_maps_that_know_nothing_condemns():
    curves = dict.fromkeys(numbers().curves, effect_of(0.85)) | {"map": effect_of(0.9)}
    found = verdict_of("faithful", numbers(curves=curves))
    assert (found.verdict, found.value) == ("bad", pytest.approx(0.05))
    assert found.words == MEASURE_TEXTS["faithful"].bad


def test_showing_alone_is_enough_and_is_said():
    """A finding in two parts: hiding one changes nothing, and it alone brings the answer back."""
    half = replace(effect_of(0.9), hidden=np.full(len(HIDDEN_SHARES), 4.0))
    found = verdict_of("faithful", numbers(curves=numbers().curves | {"map": half}))
    assert (found.verdict, found.words) == ("good", verdicts.SUFFICIENT_ALONE)
    assert found.value == pytest.approx(0.9 - 0.1)


def test_an_answer_that_the_detail_does_not_move_is_said_to_be_one():
    little = DeletionCurves(np.full(4, 0.1), np.full(4, 0.1), whole=0.2, soft=0.1)
    found = verdict_of("faithful", numbers(curves=dict.fromkeys(("map", "centre", "random 1"), little)))
    assert (found.verdict, found.words) == ("bad", verdicts.NO_DETAIL)


def test_noise_that_the_answer_notices_says_nothing_of_the_map():
    found = verdict_of("steady", numbers(noisy=((0.2, 0.1), (-0.4, 0.1))))
    assert (found.value, found.verdict) == (None, "unmeasured")
    assert overall_verdict(measure_verdicts(numbers(noisy=((0.2, 0.1),)), TITLES, BOUNDS)) == "unclear"


def test_a_map_that_is_the_same_for_every_label_condemns():
    assert overall_verdict(measure_verdicts(numbers(labels={1: 1.0}), TITLES, BOUNDS)) == "not to be relied on"


def test_disagreement_of_methods_alone_leaves_it_unclear():
    measures = measure_verdicts(numbers(methods={"hires-cam": 0.0}), TITLES, BOUNDS)
    assert [one.verdict for one in measures].count("bad") == 1
    assert overall_verdict(measures) == "unclear"


def test_a_value_between_the_thresholds_is_unclear():
    assert [Bounds(0.3, 0.6).verdict(value) for value in (0.29, 0.3, 0.59, 0.6)] == [
        "bad",
        "unclear",
        "unclear",
        "good",
    ]


def test_only_faithfulness_must_be_clear_where_nothing_is_bad():
    curves = numbers().curves | {"map": effect_of(0.5)}
    assert overall_verdict(measure_verdicts(numbers(curves=curves), TITLES, BOUNDS)) == "unclear"
    assert overall_verdict(measure_verdicts(numbers(labels={1: 0.6}), TITLES, BOUNDS)) == "reliable"
    assert overall_verdict(measure_verdicts(numbers(methods={"hires-cam": 0.4}), TITLES, BOUNDS)) == "reliable"


def test_the_details_are_named_as_a_reader_knows_them():
    assert verdict_of("specific", numbers()).details == {"similarity to the map of Effusion": 0.1}
    assert verdict_of("agreed", numbers()).details["similarity to the LayerCAM map"] == 0.6
    assert verdict_of("faithful", numbers()).details["evidence held by baselines without a model"] == pytest.approx(0.1)


def test_the_thresholds_that_ship_are_in_order():
    for name, bounds in verdict_thresholds().items():
        assert -1 < bounds.bad_below <= bounds.good_from < 1, name


def test_the_methods_that_chose_the_thresholds_are_those_that_the_registry_calls_calibrated():
    chosen = threshold_origin().methods
    assert sorted(chosen) == sorted(name for name, method in METHODS.items() if method.calibrated)


def test_the_thresholds_belong_to_the_weights_of_a_model_that_ships():
    calibration = threshold_origin()
    card = read_card(ROOT / "models" / calibration.model / "card.toml")
    assert (card.version, card.title) == (calibration.version, calibration.title)
    assert card.weights.sha256 == calibration.weights_sha256


@pytest.mark.parametrize(
    ("weights", "method", "words"),
    [
        ("a" * 64, "layer-cam", []),
        ("b" * 64, "layer-cam", ["of another model (Phantom & co, 1.2.0)"]),
        ("a" * 64, "rise", ["by other methods"]),
        ("b" * 64, "rise", ["of another model (Phantom & co, 1.2.0)", "by other methods"]),
    ],
)
def test_a_caution_says_whether_the_model_the_method_or_both_are_others(weights, method, words):
    calibration = ThresholdOrigin("phantom", "1.2.0", "Phantom & co", "a" * 64, ("grad-cam", "layer-cam"))
    caution = calibration.caution(weights, method)
    assert bool(caution) == bool(words)
    for said in ("of another model (Phantom & co, 1.2.0)", "by other methods"):
        assert (said in caution) == (said in words)
