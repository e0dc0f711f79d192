"""What scripts read of a comparison."""

import numpy as np
import pytest

from meddx.evaluate.paired.agreement import fleiss_agreement
from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.comparison_json import comparison_document
from meddx.evaluate.paired.consensus import with_consensus
from meddx.evaluate.paired.kappa import fleiss_kappa
from meddx.evaluate.paired.version_replacement import replacements
from tests.evaluate.paired.systems import system

NAMES = ("one", "two", "three")


def three(seed=0, n=60):
    """Systems of two exclusive labels."""
    generator = np.random.default_rng(seed)
    truth = generator.random(n) < 0.5
    found = []
    for name in NAMES:
        p = np.clip(0.5 + 0.25 * (2 * truth - 1) + generator.normal(0, 0.3, n), 0.01, 0.99)
        targets = np.stack([truth, ~truth], axis=1)
        found.append(system(name, np.stack([p, 1 - p], axis=1), targets, exclusive=True, labels=["ill", "well"]))
    return align(found)


@pytest.fixture(scope="module")
def written():
    aligned = with_consensus(three(), mean=True, majority=True)
    found = compare(aligned, resamples=50)
    return comparison_document(found, replacements=replacements(aligned, three(1)))


def test_consensus_is_compared_with_everyone_and_takes_nobodys_place(written):
    assert list(written["models"]) == [*NAMES, "consensus-mean", "consensus-majority"]
    assert len({(one["a"], one["b"]) for one in written["pairs"]}) == 10
    assert {(one["new"], one["old"]) for one in written["replacements"]} == {
        ("one", "two"), ("one", "three"), ("two", "three"),
    }  # fmt: skip


def test_agreement_counts_every_case_once(written):
    whole = [one for one in written["agreement"] if one["attribute"] == "all cases"]
    assert len(whole) == 10 * 3
    for one in whole:
        assert one["both_right"] + one["only_a_right"] + one["only_b_right"] + one["both_wrong"] == one["n"] == 60


def test_a_threshold_is_derived_anew_on_validation_cases_with_its_interval(written):
    for one in written["replacements"]:
        anew = one["rederived_threshold"]
        assert anew["low"] <= anew["value"] <= anew["high"]
        assert "60 patients" in anew["method"]
        assert set(one["recall"]) == {"old", "moved", "new"}


def test_without_common_validation_cases_no_threshold_is_derived():
    assert {one.rederived for one in replacements(three(), None)} == {None}


def test_fleiss_kappa_is_of_the_answers_of_all_but_consensus():
    aligned = with_consensus(three(), majority=True)
    calls = np.stack([one.predictions.probabilities.argmax(axis=1) for one in aligned.systems[:3]])
    counts = np.stack([(calls == category).sum(axis=0) for category in (0, 1)], axis=1)
    assert fleiss_agreement(aligned).value == pytest.approx(fleiss_kappa(counts, np.arange(60)).value)
    assert fleiss_agreement(align(aligned.systems[:2])) is None
