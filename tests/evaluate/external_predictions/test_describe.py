"""What the user is told of how a file was read."""

from meddx.evaluate.external_predictions.describe import sentence
from tests.evaluate.external_predictions.files import CASES, ILL, NAMES, P, lines, read_text


def test_a_file_of_one_score_is_described_with_the_names_it_is_and_is_not_the_score_of(tmp_path):
    found = read_text(tmp_path, lines(("image", "dx", "pneumonia"), lambda i: (CASES[i], NAMES[i], P[i])))
    assert (found.columns["case"], found.columns["patient"], found.columns["truth"]) == ("image", None, "dx")
    assert found.columns["scores"] == {"pneumonia": "pneumonia"}
    assert (found.columns["with_label"], found.columns["without_label"]) == (["pneumonia"], ["normal"])
    assert sentence(found.columns) == (
        "Read as: text in UTF-8; case 'image'; no column of patients: each case counts as one; truth 'dx'; "
        "probability pneumonia; with the label: pneumonia; without: normal."
    )


def test_columns_that_bear_other_names_than_their_labels_are_told_beside_them(tmp_path):
    header = ("case", "patient", "true:ill", "prob:ill", "threshold:ill", "site")
    found = read_text(tmp_path, lines(header, lambda i: (CASES[i], i // 2, int(ILL[i]), P[i], 0.4, "x")))
    assert sentence(found.columns).endswith(
        "patient 'patient'; truth ill = 'true:ill'; probability ill = 'prob:ill'; thresholds ill = 'threshold:ill'; "
        "attributes site."
    )


def test_calls_in_place_of_scores_are_pointed_out(tmp_path):
    calls = lines(("case", "label", "pneumonia"), lambda i: (CASES[i], NAMES[i], int(P[i] > 0.5)))
    assert [note[:43] for note in read_text(tmp_path, calls).notes] == ["Column 'pneumonia' holds two values only: c"]
    scores = lines(("case", "label", "pneumonia"), lambda i: (CASES[i], NAMES[i], P[i]))
    assert read_text(tmp_path, scores).notes == ()


def test_a_threshold_of_no_label_is_pointed_out(tmp_path):
    header = ("case", "label", "pneumonia", "threshold:nodule")
    found = read_text(tmp_path, lines(header, lambda i: (CASES[i], NAMES[i], P[i], 0.5)))
    assert any("'threshold:nodule' is the threshold of no label" in note for note in found.notes)
