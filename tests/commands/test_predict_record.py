"""`meddx predict` with a record and a note."""

import json

import pytest

from meddx import cli
from meddx.commands.predict_record import record_values
from meddx.errors import MeddxError
from tests.engine.answers import images
from tests.fused import write_fused
from tests.untrained import write_model


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    write_fused(models)
    write_model(models)
    return models


@pytest.fixture
def film(models, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    film = tmp_path / "film.dcm"
    film.write_bytes(images(1)[0])
    return str(film)


def test_json_has_the_shares_and_what_the_answer_goes_without(film, capsys):
    options = ["--record", "age=61, SEX=f,smoker=perhaps", "--note", "Cough, haemoptysis", "--json"]
    assert cli.main(["predict", film, "--model", "fused", *options]) == 0
    [answer] = json.loads(capsys.readouterr().out)
    assert answer["answered_without"] == {"smoker": "unknown value"}
    for shares in answer["shares"].values():
        assert set(shares["parts"]) == {"image", "record", "note"}
        assert sum(shares["fields"].values()) == pytest.approx(shares["parts"]["record"], abs=1e-5)
        assert [word for word, _ in shares["words"]] == ["Cough", "haemoptysis"]
    assert cli.main(["predict", film, "--model", "fused", "--json"]) == 0
    [without] = json.loads(capsys.readouterr().out)
    assert without["answered_without"] == dict.fromkeys(("age", "sex", "smoker", "note"), "missing")
    assert without["probabilities"] != answer["probabilities"]


def test_the_text_names_the_shares_and_what_is_missing(film, capsys):
    assert cli.main(["predict", film, "--model", "fused", "--record", "age=61", "--note", "cough"]) == 0
    text = capsys.readouterr().out
    assert "Answered without sex and smoker." in text
    assert "evidence for NORMAL (logit units)" in text
    assert "of the note, strongest: cough" in text


def test_a_model_for_images_alone_says_nothing_of_shares_and_takes_no_record(film, capsys):
    assert cli.main(["predict", film, "--model", "untrained", "--json"]) == 0
    [answer] = json.loads(capsys.readouterr().out)
    assert not {"shares", "answered_without"} & set(answer)
    assert cli.main(["predict", film, "--model", "untrained", "--record", "age=61"]) != 0
    assert "takes none" in capsys.readouterr().err
    assert cli.main(["predict", film, "--model", "untrained", "--note", "cough"]) != 0
    assert "takes no note" in capsys.readouterr().err


def test_checks_of_a_map_are_not_mixed_with_a_record(film, capsys):
    options = ["--explain", "grad-cam", "--check", "--record", "age=61"]
    assert cli.main(["predict", film, "--model", "fused", *options]) == 2
    assert "leave --record and --note out" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["SECRET", "age=61,SECRET", "=SECRET", "age=1,AGE=SECRET"])
def test_another_form_is_refused_without_repeating_it(text):
    with pytest.raises(MeddxError) as refused:
        record_values(text)
    assert "SECRET" not in str(refused.value)


def test_values_may_be_empty_and_hold_marks():
    assert record_values("age=, note=a=b") == {"age": "", "note": "a=b"}
    assert record_values("") == {}


def test_what_was_asked_is_kept_without_its_note_and_another_note_is_another_question(film, tmp_path, capsys):
    asked = ["predict", film, "--model", "fused", "--json", "--keep", str(tmp_path / "kept"), "--note"]
    assert cli.main([*asked, "haemoptysis of Doe"]) == 0
    [plan] = (tmp_path / "kept").glob("plan*")
    assert b"Doe" not in plan.read_bytes()
    assert cli.main([*asked, "cough"]) == 2
