"""Small systems for tests."""

import numpy as np

from meddx.evaluate.paired.system import System
from meddx.evaluate.predictions import Predictions


def predictions(probabilities, targets, *, labels=None, cases=None, groups=None, attributes=None):
    p, targets = np.asarray(probabilities, float), np.asarray(targets, bool)
    cases = tuple(cases or (f"c{row}" for row in range(len(p))))
    labels = tuple(labels or "ABCDE"[: p.shape[1]])
    return Predictions(labels, cases, tuple(groups or cases), targets, p.astype(np.float32), p, attributes or {})


def system(name, probabilities, targets, *, thresholds=None, codes=None, exclusive=False, scored=True, **kept):
    """thresholds: default 0.5; kept: labels, cases, groups, attributes."""
    found = predictions(probabilities, targets, **kept)
    count = len(found.labels)
    return System(
        name, name.title(), "file", found, tuple(thresholds or (0.5,) * count), tuple(codes or (None,) * count),
        exclusive, scored,
    )  # fmt: skip


def two_alike(n, seed, *, per_patient=1, prevalence=0.4, shared=1.0, own=1.0, between=1.0):
    """Scores in [0, 1] of two systems that are equally good, truth, and patients: for checks of the level of a test.

    between: how alike the cases of one patient are, in truth and in score.
    """
    generator = np.random.default_rng(seed)
    patients = np.arange(n) // per_patient
    many = patients[-1] + 1

    def noise():
        own_part = generator.normal(size=n)
        if per_patient == 1:
            return own_part
        return (between**0.5 * generator.normal(size=many)[patients] + own_part) / (1 + between) ** 0.5

    positive = noise() > -np.quantile(np.random.default_rng(0).normal(size=20000), prevalence)
    common = 1.2 * positive + shared * noise()
    scores = [1 / (1 + np.exp(-(common + own * noise() - 0.6))) for _ in range(2)]
    return scores, positive, patients
