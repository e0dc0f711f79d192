"""Cross-validation on images small enough for a test, and the parts it is made of."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.patient_split import patient_folds
from meddx.install.progress_report import SilentReport
from meddx.training.cached_inputs import ArrayRows
from meddx.training.cross_validation import FoldSpread, cross_validate
from tests.training.test_run_training import Killed, KillsInTheMiddleOfAnEpoch, workshop  # noqa: F401


@pytest.fixture(scope="module")
def straight(workshop):  # noqa: F811
    return cross_validate(workshop / "small.toml", 3, workshop / "runs-folds", SilentReport())


def test_every_training_image_is_measured_once_and_no_model_is_written(workshop, straight):  # noqa: F811
    assert sum(straight.n) == 48
    assert len(straight.n) == len(straight.best_epochs) == 3
    found = {(one.label, one.metric): one for one in straight.spread}
    assert all(len(one.values) == 3 for one in straight.spread)
    assert found["up", "auroc"].mean > 0.8
    # Two labels that exclude each other: either is as well told apart from the other.
    assert found["above", "auroc"].values == pytest.approx(found["below", "auroc"].values)
    assert {label for label, _ in found} == {None, "above", "below", "up"}
    assert not list((workshop / "runs-folds").rglob("card.toml"))


def test_killed_folds_go_on_to_the_same_numbers(workshop, straight):  # noqa: F811
    runs = workshop / "runs-folds-killed"
    with pytest.raises(Killed):
        cross_validate(workshop / "small.toml", 3, runs, KillsInTheMiddleOfAnEpoch())
    assert cross_validate(workshop / "small.toml", 3, runs, SilentReport()) == straight


def test_mean_and_sample_deviation():
    spread = FoldSpread(None, "accuracy", (of(0.5, 0.1), of(0.7, 0.2), of(0.9, 0.2)))
    assert (spread.mean, spread.deviation) == (pytest.approx(0.7), pytest.approx(0.2))
    assert spread.interval == (pytest.approx(0.6), pytest.approx(0.8)), "a third of the root of .01 + .04 + .04"


def test_the_interval_of_the_mean_holds_the_true_value_as_often_as_it_says():
    random = np.random.default_rng(3)
    held = []
    for _ in range(400):
        shares = random.binomial(80, 0.8, size=5) / 80
        found = FoldSpread(None, "accuracy", tuple(of(p, 1.96 * np.sqrt(p * (1 - p) / 80)) for p in shares)).interval
        held.append(found[0] <= 0.8 <= found[1])
    assert 0.92 < np.mean(held) < 0.98


def of(value, half):
    """An accuracy of 80 cases with this half-width."""
    return Estimate(value, value - half, value + half, "Wald", 80, None, reliable=True)


def images(tmp_path, patients):
    cases = [
        LabelledCase(f"{label}{patient}-{image}", tmp_path, f"{label}{patient}", (label,))
        for label in ("a", "b")
        for patient in range(patients)
        for image in range(1 + patient % 3)
    ]
    return LabelledSet(("a", "b"), tuple(cases))


def test_folds_share_no_patient_and_keep_the_labels_frequencies(tmp_path):
    several = images(tmp_path, 12)
    parts = patient_folds(several, 4, seed=1)
    assert sorted(np.concatenate([held_out for _, held_out in parts])) == list(range(len(several)))
    for others, held_out in parts:
        assert set(several.groups[others]).isdisjoint(several.groups[held_out])
        assert several.targets()[held_out].mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.1)


@pytest.mark.parametrize(("folds", "reason"), [(1, "2 or more"), (4, "'a' has 3")])
def test_folds_that_cannot_be_made_are_refused(tmp_path, folds, reason):
    with pytest.raises(Refused, match=reason):
        patient_folds(images(tmp_path, 3), folds, seed=1)


def test_rows_of_an_array_are_read_when_asked_for():
    rows = ArrayRows(np.arange(20, dtype=np.float16).reshape(10, 2), np.array([7, 1, 4]))
    assert len(rows) == 3
    assert rows[1:].tolist() == [[2, 3], [8, 9]]
    assert rows[np.array([2, 0])].tolist() == [[8, 9], [14, 15]]
