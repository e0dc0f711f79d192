"""A comparison as a job: the numbers of `compare`, with progress, given up when cancelled."""

import math

import numpy as np
import pytest

from meddx.engine.contract import COMPARE, Cancelled
from meddx.engine.job_kinds import JOB_KINDS
from meddx.engine.serialization import deserialize, serialize
from meddx.evaluate.paired import resamples, weighted_metrics
from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.comparison import compare
from meddx.types import no_progress
from tests.evaluate.paired.systems import system, two_alike


@pytest.fixture
def aligned():
    scores, positive, patients = two_alike(300, 0, per_patient=2)
    targets = np.stack([positive, ~positive], axis=1)
    groups = [str(patient) for patient in patients]
    kept = {"groups": groups, "attributes": {"sex": ("F",) * 300}}
    both = [np.stack([p, 1 - p], axis=1) for p in scores]
    return align([system(name, p, targets, exclusive=True, **kept) for name, p in zip("ab", both, strict=True)])


def run(aligned, progress=no_progress, labels=(None, "A")):
    arguments = deserialize(serialize({"aligned": aligned, "labels": labels, "specificity": 0.8}))
    return deserialize(serialize(JOB_KINDS[COMPARE].run(None, arguments, progress)))


def test_the_job_gives_the_differences_of_compare_on_both_sides_of_the_seam(aligned):
    found, expected = run(aligned), compare(aligned, labels=(None, "A"), specificity=0.8).differences
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert {name: value for name, value in vars(one).items() if not _nan(value)} == {
            name: value for name, value in vars(other).items() if not _nan(value)
        }


def _nan(value):
    return isinstance(value, float) and math.isnan(value)


def test_a_long_comparison_reports_progress_several_times_a_metric_and_ends_when_cancelled(aligned, monkeypatch):
    for module in (resamples, weighted_metrics):
        monkeypatch.setattr(module, "BLOCK_CELLS", 3000)
    seen = []
    run(aligned, lambda *told: seen.append(told))
    assert len(seen) > 500
    assert {(done, total) for done, total, _ in seen} == {(0, 2), (1, 2)}

    def cancel(done, total, message=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        run(aligned, cancel)
