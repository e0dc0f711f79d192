"""Resamples in blocks."""

import tracemalloc

import numpy as np
import pytest

from meddx.evaluate.paired import resamples as module
from meddx.evaluate.paired import weighted_metrics
from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.resamples import Resamples
from meddx.evaluate.paired.weighted_metrics import resample_weights
from tests.evaluate.paired.test_pairwise_metrics import both

PATIENTS = np.array([0, 1, 1, 2, 0, 3, 4, 4])


@pytest.mark.parametrize("cells", [1, 24, 10_000])
def test_the_blocks_are_the_rows_of_all_weights_whenever_they_are_asked_for(monkeypatch, cells):
    whole = resample_weights(PATIENTS, 50)
    monkeypatch.setattr(module, "BLOCK_CELLS", cells)
    monkeypatch.setattr(weighted_metrics, "BLOCK_CELLS", cells)
    told = []
    drawn = Resamples(PATIENTS, 50, told=lambda: told.append(1))
    assert len(drawn) == 50
    for _ in range(2):
        blocks = list(drawn)
        assert max(map(len, blocks)) == min(50, max(1, cells // 8))
        assert np.array_equal(np.concatenate(blocks), whole)
    assert len(told) >= 2 * len(blocks)


def test_a_comparison_is_the_same_in_small_blocks(monkeypatch):
    aligned = both(per_patient=2)
    whole = compare(aligned, resamples=40).differences
    monkeypatch.setattr(module, "BLOCK_CELLS", 1000)
    monkeypatch.setattr(weighted_metrics, "BLOCK_CELLS", 1000)
    for one, other in zip(whole, compare(aligned, resamples=40).differences, strict=True):
        assert (one.metric, one.label, one.test) == (other.metric, other.label, other.test)
        assert (one.low, one.high, one.p) == pytest.approx((other.low, other.high, other.p), rel=1e-9, nan_ok=True)


def test_memory_follows_the_block_and_not_the_number_of_resamples():
    patients = np.arange(20_000)
    tracemalloc.start()
    for block in Resamples(patients, 400):
        assert block.shape[1] == 20_000
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 400 * 20_000 * 1 + 5 * 8 * module.BLOCK_CELLS
