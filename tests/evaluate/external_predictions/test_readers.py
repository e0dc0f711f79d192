"""What readers called, how they rated, and tables with a row for each reading."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.paired.system_sources import systems_from_external
from tests.evaluate.external_predictions.files import CASES, ILL, NAMES, P, lines, read_text

BINARY = ILL.astype(int)
RATING = np.digitize(P, (0.2, 0.4, 0.6, 0.8)) + 1


@pytest.mark.parametrize("words", [("normal", "pneumonia"), ("0", "1"), ("no", "YES"), ("healthy", "Pneumonia")])
def test_a_reader_of_one_label_calls_it_or_not(tmp_path, words):
    text = lines(
        ("case", "true:pneumonia", "pneumonia", "reader:Dr A"),
        lambda i: (CASES[i], BINARY[i], P[i], "" if i == 5 else words[BINARY[i]]),
    )
    found = read_text(tmp_path, text)
    expected = [None if i == 5 else "pneumonia" if ill else "" for i, ill in enumerate(ILL)]
    assert found.readers == {"Dr A": tuple(expected)}
    _, reader = systems_from_external("file", found)
    assert len(reader.predictions) == len(ILL) - 1
    assert np.array_equal(reader.predictions.probabilities[:, 0], reader.predictions.targets[:, 0])


def test_a_word_that_no_label_bears_is_refused(tmp_path):
    text = lines(("case", "true:a", "a", "reader:R"), lambda i: (CASES[i], BINARY[i], P[i], "a" if i else "b"))
    with pytest.raises(Refused, match=r"Row 1, column 'reader:R'.*--map NAME=LABEL"):
        read_text(tmp_path, text)
    assert read_text(tmp_path, text, names={"b": "a"}).readers["R"][0] == "a"


def test_ratings_make_a_system_that_ranks(tmp_path):
    text = lines(
        ("case", "label", "score", "reader_1"), lambda i: (CASES[i], BINARY[i], P[i], "" if i == 3 else RATING[i])
    )
    found = read_text(tmp_path, text)
    assert np.isnan(found.ratings["reader_1"][3])
    _, reader = systems_from_external("file", found)
    assert (reader.kind, reader.scored, reader.has_thresholds) == ("reader", True, False)
    assert reader.predictions.probabilities[:, 0].tolist() == np.delete(RATING, 3).tolist()
    assert not reader.predictions.are_probabilities


def test_ratings_of_several_labels_are_refused(tmp_path):
    text = lines(
        ("case", "label", "normal", "pneumonia", "reader:A"),
        lambda i: (CASES[i], NAMES[i], f"{1 - P[i]:.4f}", P[i], RATING[i]),
    )
    with pytest.raises(Refused, match="'reader:A' holds ratings"):
        read_text(tmp_path, text)


def test_a_row_for_each_reading_becomes_a_row_for_each_case(tmp_path):
    rows = [
        (CASES[i], reader, BINARY[i], RATING[i] if reader == "A" else 6 - RATING[i], "F")
        for i in range(60)
        for reader in "AB"
    ]
    text = "case,reader,truth,rating,sex\n" + "".join(",".join(map(str, row)) + "\n" for row in rows[:-1])
    with pytest.raises(Refused, match="--column score=reader:A or --column score=reader:B"):
        read_text(tmp_path, text)
    found = read_text(tmp_path, text, columns={"score": "reader:A"})
    assert found.predictions.probabilities[:, 0].tolist() == RATING.tolist()
    assert found.predictions.attributes == {"sex": ("F",) * 60}
    assert found.ratings["B"][:-1].tolist() == (6 - RATING[:-1]).tolist()
    assert np.isnan(found.ratings["B"][-1])


def test_readings_in_two_columns_are_asked_about(tmp_path):
    rows = [
        (CASES[i], reader, BINARY[i], RATING[i] + (reader == "A"), i + ord(reader))
        for i in range(60)
        for reader in "AB"
    ]
    text = "case,reader,truth,rating,seconds\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    with pytest.raises(Refused, match="--column score=rating or --column score=seconds"):
        read_text(tmp_path, text)
