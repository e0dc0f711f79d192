"""Uploaded files of scores: the engine reads them."""

import dataclasses

import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions import ExternalPredictions
from meddx.types import Refusal
from pages.ui.common import predictions_file
from pages.ui.common.predictions_file import ScoreFile, score_files

CSV = b"case,label,ILL,WELL\na,ILL,0.9,0.1\nb,WELL,0.2,0.8\n"


class Upload:
    def __init__(self, name, data):
        self.name, self._data = name, data

    def getvalue(self):
        return self._data


def test_the_engine_reads_the_file_and_the_web_process_keeps_nothing_of_it(engine):
    file = ScoreFile("scores.csv", "digest", CSV)
    assert file.update()
    assert isinstance(file.result, ExternalPredictions)
    assert file.result.predictions.probabilities[:, 0].tolist() == pytest.approx([0.9, 0.2])
    assert (engine.uploads, file.data) == ([{"scores": CSV}], b"")
    assert file.update()
    assert len(engine.started) == 1


@pytest.mark.parametrize("data", [b"", b"PAR1", b"a,b", b"case,label,a,b\nx,a,1.9,.1\ny,b,.2,.8\n"])
def test_a_file_without_probabilities_is_refused(engine, data):
    file = ScoreFile("scores.csv", "digest", data)
    assert file.update()
    assert isinstance(file.result, Refusal)


def test_an_engine_that_is_starting_is_asked_again_and_a_full_disk_is_said(engine, monkeypatch):
    file = ScoreFile("scores.csv", "digest", CSV)
    engine.fails = 1
    assert not file.update()
    assert "Waiting" in file.progress().message
    assert file.data == CSV

    def full(files, kind):
        raise Refused("disk-full", "The disk is full.")

    monkeypatch.setattr(engine, "upload", full)
    assert file.update()
    assert file.result == Refusal("disk-full", "The disk is full.")


def test_a_job_that_takes_long_is_waited_for(engine):
    engine.done = {}
    file = ScoreFile("scores.csv", "digest", CSV)
    assert not file.update()
    assert file.progress().message == "Reading scores.csv"
    engine.statuses[file.job] = dataclasses.replace(engine.statuses[file.job], state="failed", message="It failed.")
    assert file.update()
    assert file.result.reason == "It failed."


def test_files_are_known_by_name_and_content():
    first = score_files([Upload("a.csv", b"1"), Upload("b.csv", b"2")], [])
    again = score_files([Upload("b.csv", b"2"), Upload("a.csv", b"corrected"), Upload("b.csv", b"2")], first)
    assert [file.name for file in again] == ["b.csv", "a.csv"]
    assert again[0] is first[1]
    assert again[1] is not first[0]
    assert again[1].data == b"corrected"


def test_nothing_that_reads_tables_of_others_is_called_in_the_web_process():
    assert not hasattr(predictions_file, "read")
