import shutil

import pytest

from meddx.errors import CardError
from meddx.model.registry import find_model, list_models
from tests.untrained import write_model


def test_folders_are_models_and_the_others_are_refused_with_a_reason(untrained_models, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(untrained_models, models)
    (models / "empty").mkdir()
    (models / ".hidden").mkdir()
    shutil.copytree(models / "untrained", models / "renamed")
    shutil.copytree(models / "untrained", models / "no-weights")
    card = (models / "no-weights" / "card.toml").read_text()
    (models / "no-weights" / "card.toml").write_text(card.replace('id = "untrained"', 'id = "no-weights"'))
    (models / "no-weights" / "weights.keras").unlink()

    installed = list_models(models)

    assert [model.card.id for model in installed.models] == ["untrained", "untrained-multi"]
    assert list(installed.cards) == ["untrained", "untrained-multi"]
    assert set(installed.refused) == {"empty", "renamed", "no-weights"}
    assert "card.toml" in installed.refused["empty"]
    assert "field id, value 'untrained'" in installed.refused["renamed"]
    assert "field weights.file" in installed.refused["no-weights"]
    with pytest.raises(CardError, match="field id"):
        find_model(models, "renamed")


def test_an_unknown_model_is_answered_with_those_there_are(untrained_models):
    with pytest.raises(CardError, match="No model 'chest' is installed; those installed: untrained, untrained-multi"):
        find_model(untrained_models, "chest")


def test_a_folder_that_is_not_there_holds_no_models_and_a_model_of_it_is_asked_for_in_vain(tmp_path):
    assert list_models(tmp_path / "none").models == ()
    with pytest.raises(CardError, match=r"none does not exist; name the folder of models in MEDDX_MODELS"):
        find_model(tmp_path / "none", "chest")


def test_grades_must_exclude_each_other(tmp_path):
    graded = find_model(write_model(tmp_path, "graded", ordered=True).parent, "graded").card
    names = tuple(label.name for label in graded.labels)
    assert graded.orders(names)
    assert not graded.orders(names[::-1])
    write_model(tmp_path, "several", "multilabel", ordered=True)
    with pytest.raises(CardError, match="ordered labels must be exclusive"):
        find_model(tmp_path, "several")


def test_earlier_versions_lie_in_the_models_folder_and_others_are_refused(untrained_models, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(untrained_models, models)
    card = (models / "untrained" / "card.toml").read_text()
    versions = {"0.9.0": "0.9.0", "0.8.0": "0.8.1", "1.0.0": "1.0.0"}
    for folder, version in versions.items():
        place = models / "untrained" / "versions" / folder
        place.mkdir(parents=True)
        (place / "card.toml").write_text(card.replace('version = "1.0.0"', f'version = "{version}"', 1))
    foreign = models / "untrained-multi" / "versions" / "0.9.0"
    shutil.copytree(models / "untrained" / "versions" / "0.9.0", foreign)

    installed = list_models(models)

    assert [model.card.id for model in installed.models] == ["untrained", "untrained-multi"]
    assert [one.name for one in installed.earlier] == ["untrained 0.9.0"]
    assert {
        place: "field " + why.partition("field ")[2].partition(",")[0] for place, why in installed.refused.items()
    } == {
        "untrained/versions/0.8.0": "field version",
        "untrained/versions/1.0.0": "field version",
        "untrained-multi/versions/0.9.0": "field id",
    }


def test_a_model_is_a_folder_added_and_removed(untrained_models, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(untrained_models, models)
    before = set(list_models(models).cards)
    write_model(models, "dummy")
    assert set(list_models(models).cards) == before | {"dummy"}
    assert find_model(models, "dummy").card.id == "dummy"
    shutil.rmtree(models / "dummy")
    assert set(list_models(models).cards) == before
