import tempfile
from pathlib import Path

import pytest

from meddx.types import Refusal
from pages.ui.common.predictions_file import read_predictions_file


def test_a_csv_of_scores_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    file = b"case,label,ILL,WELL\na,ILL,0.9,0.1\nb,WELL,0.2,0.8\n"
    predictions = read_predictions_file("scores.CSV", file)
    assert not isinstance(predictions, Refusal), predictions
    assert predictions.predictions.probabilities[:, 0].tolist() == pytest.approx([0.9, 0.2])
    assert list(tmp_path.iterdir()) == [], "the temporary copy is deleted"


def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, data in (("scores.csv", b""), ("scores.parquet", b"no parquet"), ("scores.txt", b"a,b")):
        refusal = read_predictions_file(name, data)
        assert isinstance(refusal, Refusal), name
        assert str(Path(tempfile.gettempdir())) not in refusal.reason
    assert list(tmp_path.iterdir()) == []
