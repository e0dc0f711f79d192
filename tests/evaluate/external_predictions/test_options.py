"""What may be said of a file."""

import dataclasses

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions.options import ROLES, SCALES, Reading
from tests.evaluate.external_predictions.files import CASES, NAMES, P, lines, read_text, two_columns


def test_nothing_needs_to_be_said_and_what_is_left_out_is_left_open():
    reading = Reading()
    assert not any(getattr(reading, field.name) for field in dataclasses.fields(reading))
    assert reading.scale is None
    assert reading.exclusive is None


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_that_can_be_said_is_obeyed(tmp_path, scale):
    text = lines(("case", "label", "pneumonia"), lambda i: (CASES[i], NAMES[i], P[i]))
    found = read_text(tmp_path, text, scale=scale)
    assert found.columns["scale"] == scale
    expected = {"percent": P / 100, "logit": 1 / (1 + np.exp(-P))}.get(scale, P)
    np.testing.assert_allclose(found.predictions.probabilities[:, 0], expected, atol=1e-9)
    assert found.predictions.are_probabilities == (scale != "score")


def test_every_role_that_can_be_said_is_known_and_no_other(tmp_path):
    played = dict(zip(ROLES, ("case", "case", "label", "pneumonia"), strict=True))
    assert read_text(tmp_path, two_columns(), columns=played).columns["patient"] == "case"
    with pytest.raises(Refused) as refused:
        read_text(tmp_path, two_columns(), columns={"reader": "case"})
    assert refused.value.rule == "unknown-role"
