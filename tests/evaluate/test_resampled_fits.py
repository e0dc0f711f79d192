"""Fits to many resamples at once are those to each of them."""

import numpy as np
import pytest
from scipy.special import expit

from meddx.evaluate.logistic_fit import logistic_fit
from meddx.evaluate.paired.weighted_metrics import resample_blocks, resample_weights
from meddx.evaluate.resampled_fits import refit


def test_each_fit_is_that_to_its_rows():
    generator = np.random.default_rng(0)
    design = np.column_stack([np.ones(200), generator.normal(size=200), generator.normal(size=200)])
    positive = generator.random(200) < expit(design @ [0.3, 1.0, -0.5])
    weights = resample_weights(np.arange(200), 20)
    start = logistic_fit(design, positive, np.arange(200)).coefficients
    for found, weight in zip(refit(design, positive, weights, start), weights.astype(int), strict=True):
        rows = np.repeat(np.arange(200), weight)
        assert found == pytest.approx(logistic_fit(design[rows], positive[rows], np.arange(200)).coefficients, abs=1e-6)


def test_a_resample_without_a_finite_fit_has_none():
    score = np.array([-2.0, -1.0, 1.0, 2.0, 0.5, -0.5])
    design, positive = np.column_stack([np.ones(6), score]), np.array([0, 0, 1, 1, 0, 1], bool)
    start = logistic_fit(design, positive, np.arange(6)).coefficients
    weights = np.array([[1, 1, 1, 1, 1, 1], [2, 1, 2, 1, 0, 0], [3, 3, 0, 0, 0, 0], [0, 0, 0, 6, 0, 0]], float)
    found = refit(design, positive, weights, start)
    assert found[0] == pytest.approx(start)
    assert np.isnan(found[1:]).all()  # separated; one kind only; one case only


def test_blocks_are_the_rows_of_the_whole(monkeypatch):
    patients = np.repeat(np.arange(30), 2)
    whole = resample_weights(patients, 25, seed=3)
    monkeypatch.setattr("meddx.evaluate.paired.weighted_metrics.BLOCK_CELLS", 420)
    blocks = list(resample_blocks(patients, 25, seed=3))
    assert [len(block) for block in blocks] == [7, 7, 7, 4]
    assert np.concatenate(blocks).tolist() == whole.tolist()
