"""Cases whose images are unlike the training images: as an attribute, counted, and said."""

import math
from dataclasses import replace

import numpy as np
import pytest

from meddx.evaluate.subgroups import subgroup_columns
from meddx.evaluate.training_similarity import similarity_attributes, unlike_cases, unlike_cases_sentence
from meddx.model.card import read_card
from tests.evaluate.paired.systems import predictions


@pytest.fixture(scope="module")
def card(untrained_models):
    return read_card(untrained_models / "untrained" / "card.toml")


def cases(card, distances, threshold=2.0, groups=None):
    n = len(distances)
    true = np.eye(2, dtype=bool)[np.arange(n) % 2]
    of = predictions(np.full((n, 2), 0.5), true, groups=groups)
    return replace(of, attributes=similarity_attributes(distances, threshold, card))


def test_a_case_beyond_the_threshold_is_unlike_and_one_at_it_is_not(card):
    of = cases(card, [1.0, 2.0, 2.001, math.nan])
    assert of.attributes["similarity to training images"] == (
        "like the training images",
        "like the training images",
        "unlike the training images",
        None,
    )
    assert of.attributes["distance from training images"] == ("1.000", "2.000", "2.001", None)
    assert subgroup_columns(of) == ("similarity to training images",), "each case has a distance of its own"


def test_the_share_is_of_the_cases_that_were_compared(card):
    found = unlike_cases(cases(card, [3.0] * 10 + [1.0] * 30 + [math.nan] * 5))
    assert (found.count, found.share.n, found.share.value) == (10, 40, 0.25)
    assert (found.share.low, found.share.high) == pytest.approx((0.1419, 0.4019), abs=1e-3)  # Wilson, by hand
    assert unlike_cases_sentence(found, card) == (
        "Unlike the training images: 10 of 40 cases, 25.0\N{NO-BREAK SPACE}% (95 % interval 14.2 to "
        "40.2\N{NO-BREAK SPACE}%), by a distance above 2.000. They count in every metric."
    )


def test_images_of_few_patients_widen_the_interval(card):
    distances = [3.0] * 10 + [1.0] * 30
    alone = unlike_cases(cases(card, distances)).share
    together = unlike_cases(cases(card, distances, groups=[str(row // 5) for row in range(40)])).share
    assert together.value == alone.value
    assert together.high - together.low > alone.high - alone.low


def test_what_was_not_measured_is_said_of_a_model_and_of_no_other_system(card):
    of = replace(cases(card, [1.0] * 4), attributes={"sex": ("F",) * 4, "similarity": ("high",) * 4})
    assert unlike_cases(of) is None
    assert unlike_cases(cases(card, [math.nan] * 4)) is None
    assert "not measured" in unlike_cases_sentence(None, card)
    assert unlike_cases_sentence(None, None) == ""


def test_a_model_that_was_not_trained_here_is_compared_with_its_calibration_images(card):
    added = card.model_copy(update={"training": None})
    found = unlike_cases(cases(added, [3.0, 1.0]))
    assert (found.reference, found.count) == ("calibration images", 1)
