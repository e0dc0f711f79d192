import numpy as np
import pytest

from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.patient_split import hold_out_patients


def images(n=600, patients=150, seed=0):
    generator = np.random.default_rng(seed)
    owner = generator.integers(0, patients, n)
    label = np.where(owner % 5 == 0, "rare", "common")  # a patient has one disease
    cases = [
        LabelledCase(f"{i}", None, f"p{who}", (str(what),))
        for i, (who, what) in enumerate(zip(owner, label, strict=True))
    ]
    return LabelledSet(("common", "rare"), tuple(cases))


def test_no_patient_is_on_both_sides_and_every_image_on_one():
    whole = images()
    train, held_out = hold_out_patients(whole, 0.2, seed=3)
    assert not set(whole.groups[train]) & set(whole.groups[held_out])
    assert sorted([*train, *held_out]) == list(range(600))


def test_share_and_frequency_of_labels_are_kept():
    whole = images()
    _, held_out = hold_out_patients(whole, 0.2, seed=3)
    assert len(held_out) == pytest.approx(120, abs=12)
    assert whole.targets()[held_out, 1].mean() == pytest.approx(whole.targets()[:, 1].mean(), abs=0.03)


def test_the_seed_decides():
    whole = images()
    first, again, other = (hold_out_patients(whole, 0.2, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
