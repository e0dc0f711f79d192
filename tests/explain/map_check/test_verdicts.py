"""Words for numbers made by hand."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from meddx.config import ROOT
from meddx.explain.map_check import verdicts
from meddx.explain.map_check.area_effects import AREAS, AreaEffects, marked_areas
from meddx.explain.map_check.faithfulness import HIDDEN_SHARES, DeletionCurves, centre_map
from meddx.explain.map_check.map_checker import MapCheckValues
from meddx.explain.map_check.verdicts import (
    FAITHFULNESS_FILE,
    MEASURE_TEXTS,
    Bounds,
    ThresholdOrigin,
    VerdictThresholds,
    caution,
    measure_values,
    measure_verdicts,
    overall_verdict,
    threshold_origin,
    verdict_thresholds,
)
from meddx.explain.map_limits import MapLimits
from meddx.explain.methods import METHODS
from meddx.model.card import read_card
from meddx.types import Placement

TITLES = ("Consolidation", "Effusion")
LEAST = 0.5
THRESHOLDS = VerdictThresholds(dict.fromkeys(MEASURE_TEXTS, Bounds(0.3, 0.6)), LEAST)


def agreeing(value, largest=3.0):
    """Areas whose falls correlate by `value` with what the map marks there, the same distance from the middle apart."""
    random = np.random.default_rng(0)
    change = random.uniform(1, 2, (AREAS, AREAS))
    middle = marked_areas(centre_map(64, 64), Placement(0, 0, 1, 1))
    known = np.stack([np.ones(AREAS**2), middle.ravel(), change.ravel()], axis=1)
    basis, _ = np.linalg.qr(np.concatenate([known, random.standard_normal((AREAS**2, 2))], axis=1))
    marked, other = basis[:, 3], basis[:, 4]
    fall = (value * marked + np.sqrt(1 - value**2) * other).reshape(AREAS, AREAS)
    return AreaEffects(marked.reshape(AREAS, AREAS), fall[np.newaxis] * largest / np.abs(fall).max(), change)


def effect_of(share):
    """Curves of a map whose effect is `share`: image at 4, blurred at -1."""
    moved = np.full(len(HIDDEN_SHARES), 5.0 * share)
    return DeletionCurves(hidden=4 - moved, shown=-1 + moved, whole=4.0, soft=-1.0)


def numbers(**changes):
    """A map with nothing against it."""
    fine = MapCheckValues(
        areas=agreeing(0.8),
        curves={"map": effect_of(0.9), "centre": effect_of(0.1), "random": effect_of(0.0)},
        cascade=(0.9, 0.4, 0.1, -0.1),
        noisy=((0.01, 0.9), (0.02, 0.7), (-0.3, 0.0)),
        labels={1: 0.1},
        methods={"hires-cam": 0.8, "layer-cam": 0.6},
        marks=True,
        passes=60,
    )
    return replace(fine, **changes)


def verdict_of(name, measured):
    [found] = [one for one in measure_verdicts(measured, TITLES, THRESHOLDS) if one.name == name]
    return found


def test_each_value_follows_from_the_numbers_by_hand():
    assert measure_values(numbers(), LEAST) == pytest.approx(
        {"faithful": 0.8, "learned": 1.0, "steady": 0.8, "specific": 0.9, "agreed": 0.7}
    )


def test_a_good_map_is_reliable_in_every_word():
    measures = measure_verdicts(numbers(), TITLES, THRESHOLDS)
    assert overall_verdict(measures) == "reliable"
    assert [one.words for one in measures] == [words.good for words in MEASURE_TEXTS.values()]


def test_the_same_picture_from_a_random_network_condemns():
    measured = numbers(cascade=(1.0, 1.0, 0.95, 0.97))
    assert verdict_of("learned", measured).words == "An untrained network gives nearly the same map."
    assert overall_verdict(measure_verdicts(measured, TITLES, THRESHOLDS)) == "not to be relied on"


def test_a_map_that_hiding_does_not_bear_out_condemns():
    found = verdict_of("faithful", numbers(areas=agreeing(0.1)))
    assert (found.verdict, found.value) == ("bad", pytest.approx(0.1))
    assert found.words == MEASURE_TEXTS["faithful"].bad
    assert overall_verdict(measure_verdicts(numbers(areas=agreeing(0.1)), TITLES, THRESHOLDS)) == "not to be relied on"


def test_an_answer_that_the_detail_does_not_move_is_said_to_be_one():
    assert verdict_of("faithful", numbers(areas=agreeing(0.8, largest=LEAST * 1.01))).verdict == "good"
    weak = numbers(areas=agreeing(0.8, largest=LEAST * 0.99))
    found = verdict_of("faithful", weak)
    assert (found.value, found.verdict, found.words) == (0, "bad", verdicts.NO_DETAIL)
    assert overall_verdict(measure_verdicts(weak, TITLES, THRESHOLDS)) == "not to be relied on"


def test_noise_that_the_answer_notices_says_nothing_of_the_map():
    found = verdict_of("steady", numbers(noisy=((0.2, 0.1), (-0.4, 0.1))))
    assert (found.value, found.verdict) == (None, "unmeasured")
    assert overall_verdict(measure_verdicts(numbers(noisy=((0.2, 0.1),)), TITLES, THRESHOLDS)) == "unclear"


def test_a_map_that_stays_under_noise_that_changes_even_the_answer_is_steady():
    stays = numbers(noisy=((0.2, 0.9), (-0.4, 0.7)))
    found = verdict_of("steady", stays)
    assert (found.value, found.verdict) == (pytest.approx(0.8), "good")
    assert found.words == verdicts.STEADIER_THAN_THE_PREDICTION
    assert overall_verdict(measure_verdicts(stays, TITLES, THRESHOLDS)) == "reliable"
    assert verdict_of("steady", numbers(noisy=((0.2, 0.5),))).value is None, "only a clear answer counts then"


def test_a_map_that_is_the_same_for_every_label_condemns():
    assert overall_verdict(measure_verdicts(numbers(labels={1: 1.0}), TITLES, THRESHOLDS)) == "not to be relied on"


def test_disagreement_of_methods_alone_leaves_it_unclear():
    measures = measure_verdicts(numbers(methods={"hires-cam": 0.0}), TITLES, THRESHOLDS)
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
    assert overall_verdict(measure_verdicts(numbers(areas=agreeing(0.5)), TITLES, THRESHOLDS)) == "unclear"
    assert overall_verdict(measure_verdicts(numbers(labels={1: 0.6}), TITLES, THRESHOLDS)) == "reliable"
    assert overall_verdict(measure_verdicts(numbers(methods={"hires-cam": 0.4}), TITLES, THRESHOLDS)) == "reliable"


def test_the_details_are_named_as_a_reader_knows_them():
    assert verdict_of("specific", numbers()).details == {"similarity to the map of Effusion": 0.1}
    assert verdict_of("agreed", numbers()).details["similarity to the LayerCAM map"] == 0.6
    assert verdict_of("faithful", numbers()).details == {
        "largest change of the log odds on hiding one area": pytest.approx(3.0),
        "change that untrained networks seldom reach": LEAST,
    }


def every_calibration():
    return {model.weights_sha256: model for model in threshold_origin().models}


def test_the_thresholds_that_ship_are_in_order():
    for weights in ("", *every_calibration()):
        thresholds = verdict_thresholds(weights)
        assert thresholds.least_effect > 0
        for name, bounds in thresholds.bounds.items():
            assert -1 < bounds.bad_below <= bounds.good_from < 1, name


def test_every_listed_model_has_a_least_effect_of_its_own_and_another_that_of_all():
    stated = tomllib.loads(FAITHFULNESS_FILE.read_text(encoding="utf-8"))
    own = {one["weights_sha256"]: one["log_odds"] for one in stated["least_effects"]}
    assert set(every_calibration()) < set(own)
    assert len(set(own.values())) > 1
    assert {weights: verdict_thresholds(weights).least_effect for weights in own} == own
    assert verdict_thresholds("f" * 64).least_effect == verdict_thresholds().least_effect == stated["least_effect"]
    for one in stated["least_effects"]:
        assert read_card(ROOT / "models" / one["id"] / "card.toml").weights.sha256 == one["weights_sha256"]


def test_usual_effects_are_known_of_models_that_ship_and_taken_out_of_the_value():
    stated = tomllib.loads(FAITHFULNESS_FILE.read_text(encoding="utf-8"))["usual_effects"]
    assert {one["id"] for one in stated} >= {"chest-local-evidence", "brain-tumor-efficientnet"}
    for one in stated:
        assert read_card(ROOT / "models" / one["id"] / "card.toml").weights.sha256 == one["weights_sha256"]
        assert verdict_thresholds(one["weights_sha256"]).usual.ravel().tolist() == one["falls"]
    assert verdict_thresholds("f" * 64).usual is None
    lender = replace(THRESHOLDS, usual=agreeing(0.8).fall[0])
    [found] = [one for one in measure_verdicts(numbers(), TITLES, lender) if one.name == "faithful"]
    assert (found.value, found.verdict) == (0, "bad"), "all that the image says is what images usually say"


def test_a_model_that_was_calibrated_gets_the_limits_of_its_kind_and_another_those_of_all():
    kinds = {threshold_origin(weights).kind for weights in every_calibration()}
    assert len(kinds) > 1
    assert threshold_origin("f" * 64) == threshold_origin()
    assert threshold_origin().kind not in kinds
    for weights, model in every_calibration().items():
        assert model in threshold_origin(weights).models


def test_limits_of_a_models_own_take_the_place_of_those_that_ship():
    usual = tuple(np.linspace(-1, 1, AREAS**2))
    own = MapLimits(
        bad_below=0.2, good_from=0.3, least_effect=0.1, usual=usual, methods=("layer-cam",), images=12, wrong_maps=40
    )
    for weights in ("f" * 64, next(iter(every_calibration()))):
        found = verdict_thresholds(weights, own)
        assert found.bounds["faithful"] == Bounds(0.2, 0.3)
        assert found.least_effect == 0.1
        np.testing.assert_array_equal(found.usual.ravel(), usual)
        assert found.bounds["steady"] == verdict_thresholds(weights).bounds["steady"]
        assert caution(weights, "layer-cam", own) == ""
        assert caution(weights, "rise", own).startswith("The limits were set on maps by other methods")
    assert "other models" in caution("f" * 64, "layer-cam")
    unmeasured = verdict_thresholds("f" * 64, own.model_copy(update={"least_effect": None}))
    assert unmeasured.least_effect == verdict_thresholds().least_effect


def test_every_method_that_the_registry_calls_calibrated_is_so_somewhere():
    assert {name for name, method in METHODS.items() if method.calibrated} <= set(threshold_origin().methods)


def test_the_thresholds_belong_to_the_weights_of_models_that_ship():
    for weights, model in every_calibration().items():
        card = read_card(ROOT / "models" / model.id / "card.toml")
        assert (card.version, card.title, card.weights.sha256) == (model.version, model.title, weights)


@pytest.mark.parametrize(
    ("weights", "method", "words"),
    [
        ("a" * 64, "layer-cam", []),
        ("b" * 64, "layer-cam", ["of other models (chest films)"]),
        ("a" * 64, "rise", ["by other methods"]),
        ("b" * 64, "rise", ["of other models (chest films)", "by other methods"]),
    ],
)
def test_a_caution_says_whether_the_model_the_method_or_both_are_others(weights, method, words):
    of = verdicts.ModelOfThresholds("phantom", "1.2.0", "Phantom & co", "a" * 64)
    caution = ThresholdOrigin("chest films", (of,), ("grad-cam", "layer-cam")).caution(weights, method)
    assert bool(caution) == bool(words)
    for said in ("of other models (chest films)", "by other methods"):
        assert (said in caution) == (said in words)
