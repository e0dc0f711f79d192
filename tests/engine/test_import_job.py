"""What jobs that add a model are given: files and choices."""

import pytest

from meddx.engine.import_job import choices_of, opened_import
from meddx.engine.uploads import store_upload
from meddx.errors import Refused
from meddx.types import no_progress


def test_choices_come_back_from_json_as_they_were_sent(tmp_path):
    choices = choices_of(
        {"labels": ["a", "b"], "input": [96, 64], "scaling": "0-1", "rule": {"kind": "youden"}}, tmp_path, (tmp_path,)
    )
    assert (choices.labels, choices.input, choices.scaling) == (("a", "b"), (96, 64), "0-1")
    assert (choices.data, choices.roots) == (tmp_path, (tmp_path,))


@pytest.mark.parametrize(
    "wrong", [{"scaling": "0-7"}, {"input": [1]}, {"labels": 3}, {"folder": "x"}, {"data": "/etc"}, {"roots": ["/"]}]
)
def test_a_wrong_choice_is_refused_by_its_name(wrong):
    with pytest.raises(Refused, match=next(iter(wrong))):
        choices_of(wrong, None, None)


def test_the_model_file_is_given_as_it_was_uploaded_and_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path))
    token = store_upload([("my model.zip", [b"PK", b"..."])])
    for _ in range(2):
        with opened_import({"model_upload": token}, no_progress) as (file, choices):
            assert (file.name, file.read_bytes(), choices.data) == ("my model.zip", b"PK...", None)


def test_two_files_are_not_one_model(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path))
    token = store_upload([("a.keras", [b"1"]), ("b.keras", [b"2"])])
    with pytest.raises(Refused, match="2 files"), opened_import({"model_upload": token}, no_progress):
        pass


def test_one_upload_cannot_be_both_the_model_and_its_images(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path))
    token = store_upload([("a.keras", [b"1"])])
    arguments = {"model_upload": token, "upload": token}
    with pytest.raises(Refused, match="one upload"), opened_import(arguments, no_progress):
        pass
