"""What training takes away of records and notes."""

import numpy as np
import pytest

from meddx.model.record_encoding import encode_record, missing_record
from meddx.training.record_training import BesideImages
from tests.fused import FIELDS

N = 4000


@pytest.fixture
def beside():
    record = encode_record(FIELDS, {"age": "61", "sex": "F", "smoker": "no"}).values
    return BesideImages(
        ("image", "record", "note"), FIELDS, np.repeat(record[np.newaxis], N, 0), np.full((N, 4), 2, np.int32)
    )


def thinned(beside, parts, fields):
    return beside.thinned(np.arange(N), np.random.default_rng(0), parts, fields)


def test_every_combination_of_missing_parts_is_equally_often(beside):
    inputs = thinned(beside, 0.7, 0.0)
    absent = missing_record(FIELDS)
    here = np.stack(
        [inputs["image_present"][:, 0] == 1, (inputs["record"] != absent).any(axis=1), inputs["note"].any(axis=1)],
        axis=1,
    )
    kinds, counts = np.unique(here, axis=0, return_counts=True)
    assert len(kinds) == 8
    assert counts[-1] / N == pytest.approx(0.3, abs=0.03)
    assert counts[:-1] / N == pytest.approx(np.full(7, 0.1), abs=0.02)


def test_fields_go_missing_one_by_one_and_the_set_stays_as_it_is(beside):
    before = beside.record.copy()
    inputs = thinned(beside, 0.001, 0.25)
    assert inputs["record"][:, 1].mean() == pytest.approx(0.25, abs=0.03)
    both = (inputs["record"][:, 1] == 1) & (inputs["record"][:, 4] == 1)
    assert both.mean() == pytest.approx(0.25**2, abs=0.02)
    gone = inputs["record"][:, 4] == 1
    assert not inputs["record"][gone, 2:4].any()
    np.testing.assert_array_equal(beside.record, before)


def test_all_is_there_where_nothing_is_taken_away(beside):
    inputs = beside.whole(slice(0, 3))
    np.testing.assert_array_equal(inputs["record"], beside.record[:3])
    assert inputs["image_present"].tolist() == [[1], [1], [1]]
    without = BesideImages(("record", "note"), FIELDS, beside.record, beside.note)
    assert set(without.whole(slice(0, 3))) == {"record", "note"}
