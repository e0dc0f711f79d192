"""Shares of recorded maps that pass, counted by hand."""

import pytest

from meddx.evaluate.map_evaluation.passing_shares import ALL_FINDINGS, BY_LABEL, passing_shares
from meddx.explain.map_record import CheckedMap, MapRecord, MethodRecord
from tests.evaluate.paired.systems import predictions

CASES = tuple("abcdef")
SEX = ("F", "M", "F", "M", "F", None)


def record(*checked):
    """Maps as (case, label, passed)."""
    return MapRecord(
        model="one", version="1", weights_sha256="0" * 64, images="six", command="by hand", recommended="grad-cam",
        why="It is the only one.", methods=(MethodRecord(name="grad-cam", title="Grad-CAM"),),
        checked=tuple(CheckedMap(case=case, label=label, passed=passed) for case, label, passed in checked),
    )  # fmt: skip


def shares(*checked, groups=CASES):
    p = [[0.9, 0.1]] * 6
    return passing_shares(
        record(*checked),
        predictions(
            p, [[True, False]] * 6, labels=("ILL", "WORSE"), cases=CASES, groups=groups, attributes={"sex": SEX}
        ),
    )


def test_maps_are_counted_over_all_findings_by_label_and_by_subgroup():
    found = shares(("a", "ILL", True), ("a", "WORSE", False), ("b", "ILL", False), ("c", "ILL", True))
    assert {key: (one.share.value, one.n) for key, one in found.items()} == {
        ALL_FINDINGS: (0.5, 4),
        (BY_LABEL, "ILL"): (pytest.approx(2 / 3), 3),
        (BY_LABEL, "WORSE"): (0.0, 1),
        ("sex", "F"): (pytest.approx(2 / 3), 3),
        ("sex", "M"): (0.0, 1),
    }
    assert next(iter(found)) == ALL_FINDINGS
    assert found[ALL_FINDINGS].share.low < 0.5 < found[ALL_FINDINGS].share.high


def test_maps_of_one_patient_tell_less_than_those_of_several():
    maps = [(case, "ILL", case in "abc") for case in CASES]
    alone, related = (
        shares(*maps, groups=groups)[ALL_FINDINGS].share for groups in (CASES, ("p", "p", "p", "q", "q", "q"))
    )
    assert related.value == alone.value
    assert related.low < alone.low < alone.high < related.high


def test_cases_that_are_not_among_the_predictions_do_not_count_and_without_any_there_is_nothing():
    assert shares(("a", "ILL", True), ("z", "ILL", False))[ALL_FINDINGS].n == 1
    assert shares(("z", "ILL", False)) == {}
    assert shares() == {}
