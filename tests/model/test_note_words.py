"""Words of a note and their numbers."""

import pytest

from meddx.errors import CardError
from meddx.model.note_words import Vocabulary, collect_vocabulary, read_vocabulary, words_of, write_vocabulary
from meddx.model.record_fields import NoteInput


def test_words_are_cut_at_whitespace_and_punctuation():
    assert words_of("Cough, non-productive; patient's FEVER (38.5).") == [
        "Cough", "non-productive", "patient's", "FEVER", "38", "5",
    ]  # fmt: skip


def test_a_letter_with_a_mark_of_its_own_is_the_letter():
    assert words_of("fie\u0300vre") == ["fièvre"]


def test_numbers_follow_the_vocabulary_and_stop_at_the_most():
    known = Vocabulary(("cough", "fever"))
    assert known.numbers("Fever, chills and COUGH", 6).tolist() == [3, 1, 1, 2, 0, 0]
    assert known.numbers("fever cough fever", 2).tolist() == [3, 2]
    assert known.size == 4


def test_a_word_of_one_patient_alone_is_not_kept():
    notes = [("p1", "Mr Smith coughs"), ("p1", "Smith coughs"), ("p2", "coughs"), ("p3", "coughs, Mr Jones")]
    assert collect_vocabulary(notes, fewest=2, most=9).words == ("coughs", "mr")
    assert collect_vocabulary(notes, fewest=2, most=1).words == ("coughs",)


def test_a_vocabulary_comes_back_and_another_one_is_refused(tmp_path):
    sha256 = write_vocabulary(tmp_path, Vocabulary(("fièvre", "cough")))
    note = NoteInput(vocabulary="vocabulary.txt", sha256=sha256, words=5)
    assert read_vocabulary(tmp_path, note).words == ("fièvre", "cough")
    write_vocabulary(tmp_path, Vocabulary(("cough", "fièvre")))
    with pytest.raises(CardError, match=r"note\.vocabulary"):
        read_vocabulary(tmp_path, note)
    (tmp_path / "vocabulary.txt").unlink()
    with pytest.raises(CardError, match="no such file"):
        read_vocabulary(tmp_path, note)
