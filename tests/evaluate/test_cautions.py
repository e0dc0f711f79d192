import numpy as np
import pytest

from meddx.evaluate.cautions import cautions
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.threshold_free import threshold_free


def per_label(p, truth):
    cases = tuple(map(str, range(len(p))))
    columns = np.asarray(p, np.float64)[:, None]
    of = Predictions(("x",), cases, cases, np.asarray(truth, bool)[:, None], columns.astype(np.float32), columns)
    return threshold_free(of, exclusive=False).per_label


RANDOM = np.random.default_rng(1)
TRUTH = RANDOM.random(200) < 0.4
GOOD = np.clip(RANDOM.normal(0.3 + 0.3 * TRUTH, 0.2), 0, 1)


def test_an_area_below_a_half_with_its_whole_interval_looks_reversed():
    (said,) = cautions(per_label(1 - GOOD, TRUTH))
    assert "reversed" in said
    assert "AUROC of x is 0." in said
    assert "--reverse" in said


@pytest.mark.parametrize(
    ("p", "truth"),
    [(GOOD, TRUTH), (RANDOM.random(200), TRUTH), (np.full(200, 0.5), TRUTH), (1 - GOOD, np.zeros(200))],
)
def test_right_way_round_chance_ties_and_one_kind_do_not(p, truth):
    assert cautions(per_label(p, truth)) == []


def test_perfectly_wrong_scores_do_though_there_is_no_interval_but_not_two_cases():
    truth = np.arange(20) < 10
    assert len(cautions(per_label(1 - truth, truth))) == 1
    assert cautions(per_label([0.9, 0.1], [False, True])) == []
