"""Thresholds that belong to a version."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from meddx.evaluate.paired.version_replacement import matched_threshold, probability_shift
from tests.evaluate.paired.systems import system


def versions(n=400):
    """The new version ranks as the old one does, and halves every probability."""
    generator = np.random.default_rng(3)
    true = generator.random(n) < 0.4
    p = 1 / (1 + np.exp(-(2 * true + generator.normal(size=n) - 1)))
    targets = true[:, None]
    old = system("old", p[:, None], targets, thresholds=[0.5])
    new = system("new", p[:, None] / 2, targets, thresholds=[0.25])
    return old, new


def test_a_borrowed_threshold_misses_what_the_own_one_finds():
    old, new = versions()
    found = probability_shift(old, new, 0)
    assert found.recall["new"].value == found.recall["old"].value
    assert found.recall["moved"].value == 0
    assert found.distance == pytest.approx(
        ks_2samp(old.predictions.probabilities[:, 0], new.predictions.probabilities[:, 0]).statistic
    )
    assert found.new == pytest.approx([one / 2 for one in found.old])


def test_the_rederived_threshold_keeps_the_sensitivity():
    old, new = versions()
    found = matched_threshold(old, new, 0, resamples=300)
    p, true = new.predictions.probabilities[:, 0], new.predictions.targets[:, 0]
    assert (p[true] >= found.value).sum() == (old.calls[:, 0] & true).sum()
    assert found.value == pytest.approx(0.25, abs=0.02)
    assert found.low <= found.value <= found.high


def test_a_noisier_version_has_a_wider_interval():
    old, new = versions()
    generator = np.random.default_rng(0)
    noisy = np.clip(new.predictions.probabilities + generator.normal(0, 0.2, (400, 1)), 0, 1)
    other = system("noisy", noisy, new.predictions.targets)
    exact, wide = matched_threshold(old, new, 0, resamples=300), matched_threshold(old, other, 0, resamples=300)
    assert wide.high - wide.low > exact.high - exact.low
