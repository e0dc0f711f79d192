"""Optional columns of a manifest."""

import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LesionBox, LesionMask
from meddx.evaluate.sets.manifest_columns import age, case_attributes, frame, no_row_left_short, sex


@pytest.mark.parametrize(
    ("text", "years"),
    [("45,5", 45.5),
     ("63", 63), ("0.5", .5), ("063Y", 63), ("018M", 1.5), ("026w", 182 / 365.25), ("100D", 100 / 365.25), (" ", None)],
)  # fmt: skip
def test_age_is_in_years_or_a_dicom_age_string(text, years):
    assert age(text, 1) == pytest.approx(years)


def test_everything_a_row_says_of_its_case_is_read(tmp_path):
    row = {
        "sex": "female", "age": "40", "view": " pa ", "box": "0 0 .5 1; .5 .25 1 .75", "nodule_box": ".1 .2 .3 .4",
        "nodule_mask": "m/1.png", "mask": "",
    }  # fmt: skip
    assert case_attributes(row, 1, ["nodule", "mass"], tmp_path) == {
        "sex": "F",
        "age": 40,
        "view": "PA",
        "boxes": (LesionBox(0, 0, 0.5, 1), LesionBox(0.5, 0.25, 1, 0.75), LesionBox(0.1, 0.2, 0.3, 0.4, "nodule")),
        "masks": (LesionMask(tmp_path / "m/1.png", "nodule"),),
        "columns": row,
    }


def test_a_row_that_says_nothing_more_has_no_attributes(tmp_path):
    nothing = {"sex": None, "age": None, "view": None, "boxes": (), "masks": (), "columns": {}}
    assert case_attributes({}, 1, ["nodule"], tmp_path) == nothing
    assert (frame({}, 1), frame({"frame": ""}, 1), frame({"frame": "12"}, 1)) == (0, 0, 12)


@pytest.mark.parametrize("word", ["unknown", "NA", "?", " none "])
def test_what_a_row_says_is_not_known_is_none(tmp_path, word):
    known = case_attributes({"sex": word, "age": word, "view": word}, 1, ["nodule"], tmp_path)
    assert (known["sex"], known["age"], known["view"]) == (None, None, None)


@pytest.mark.parametrize("box", ["0 0 1", ".5 0 .5 1", "0 0 1 1.1", "10 10 50 50", "a b c d", "nan 0 1 1"])
def test_a_box_that_is_none_is_refused_by_row_and_column(tmp_path, box):
    with pytest.raises(Refused, match="Row 7: column 'mass_box'") as refused:
        case_attributes({"mass_box": box}, 7, ["mass"], tmp_path)
    assert refused.value.rule == "unknown-box"


def test_other_wrong_values_are_refused_by_their_row():
    for wrong in (lambda: sex("x", 3), lambda: age("old", 3), lambda: age("-1", 3), lambda: frame({"frame": "-1"}, 3)):
        with pytest.raises(Refused, match=r"Row 3: column") as refused:
            wrong()
        assert refused.value.rule == "unknown-value"


@pytest.mark.parametrize("uneven", [{"image": "a", "label": None}, {"image": "a", "label": "b", None: ["c"]}])
def test_a_row_with_fewer_or_more_fields_is_refused(uneven):
    full = {"image": "a", "label": "b"}
    no_row_left_short([full])
    with pytest.raises(Refused, match="Row 2") as refused:
        no_row_left_short([full, uneven])
    assert refused.value.rule == "uneven-row"
