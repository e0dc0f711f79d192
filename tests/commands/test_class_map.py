"""A class of a set that is named otherwise than the label, and a model that was added: what each command says of it."""

import pytest

from meddx.cli import main
from meddx.commands.class_map import class_labels, class_map
from meddx.errors import MeddxError
from tests.untrained import write_bare_model


def test_a_class_may_hold_an_equals_sign_and_a_label_not():
    assert class_map(["viral=pneumonia", "a=b=normal"]) == {"viral": "pneumonia", "a=b": "normal"}


def test_evaluate_splits_a_class_and_its_label_as_the_others_do(models, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    (tmp_path / "a=b").mkdir()
    (tmp_path / "a=b" / "a.png").write_bytes(b"x")
    main(["evaluate", "--model", "mine", "--data", str(tmp_path), "--map", "a=b=NORMAL"])
    assert "must stand for labels" not in capsys.readouterr().err


def test_a_class_may_stand_for_several_labels():
    assert class_labels(["both=ill", "both=worse", "a=b=well"]) == {"both": ["ill", "worse"], "a=b": ["well"]}


@pytest.mark.parametrize("given", ["pneumonia", "=pneumonia", "viral="])
def test_what_is_no_map_is_refused(given):
    with pytest.raises(MeddxError, match="NAME=LABEL"):
        class_map([given])


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_bare_model(folder, "mine", "exclusive")
    return folder


@pytest.mark.parametrize(
    ("command", "option"),
    [("evaluate", "--data FOLDER"), ("explain-check", "--data PATH --keep"), ("robustness", "(--recipe)"),
     ("shortcuts", "--data PATH --keep")],
)  # fmt: skip
def test_a_model_without_images_of_its_own_says_which_option_names_some(models, monkeypatch, capsys, command, option):
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    assert main([command, "--model", "mine"]) == 2
    assert option in capsys.readouterr().err


@pytest.mark.parametrize("command", ["evaluate", "explain-check", "shortcuts"])
def test_a_class_of_no_label_is_refused_with_the_option_that_maps_it(models, tmp_path, monkeypatch, capsys, command):
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    (tmp_path / "mass").mkdir()
    (tmp_path / "mass" / "a.png").write_bytes(b"x")
    assert main([command, "--model", "mine", "--data", str(tmp_path)]) == 2
    assert "--map 'mass=LABEL'" in capsys.readouterr().err
    assert main([command, "--model", "mine", "--data", str(tmp_path), "--map", "mass=nothing"]) == 2
    assert "mapped to 'nothing'" in capsys.readouterr().err
