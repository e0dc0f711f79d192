import codecs
import shutil

import pytest

from meddx.errors import CardError
from meddx.model.card import read_card
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

    shutil.copytree(models / "untrained", models / "no-bytes")
    (models / "no-bytes" / "card.toml").write_text(card.replace('id = "untrained"', 'id = "no-bytes"'))
    (models / "no-bytes" / "weights.keras").write_bytes(b"")
    of_a_text_editor = (models / "untrained-multi" / "card.toml").read_bytes()
    (models / "untrained-multi" / "card.toml").write_bytes(codecs.BOM_UTF8 + of_a_text_editor)

    installed = list_models(models)

    assert [model.card.id for model in installed.models] == ["untrained", "untrained-multi"]
    assert list(installed.cards) == ["untrained", "untrained-multi"]
    assert set(installed.refused) == {"empty", "renamed", "no-weights", "no-bytes"}
    assert "card.toml" in installed.refused["empty"]
    assert "field id, value 'untrained'" in installed.refused["renamed"]
    assert "field weights.file" in installed.refused["no-weights"]
    assert "is empty" in installed.refused["no-bytes"]
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


def test_every_fault_of_a_card_is_named(tmp_path):
    folder = write_model(tmp_path, "broken")
    card = folder / "card.toml"
    wrong = card.read_text().replace('version = "1.0.0"', 'version = "one"').replace('task = "exclusive"', 'task = "x"')
    card.write_text(wrong.replace('summary = "Knows nothing."\n', "colour = 3\n"))
    with pytest.raises(CardError) as raised:
        find_model(tmp_path, "broken")
    said = str(raised.value)
    for fault in ("field version, value 'one'", "field task, value 'x'", "field colour, value 3", "field summary: "):
        assert fault in said, fault
    assert "Knows nothing" not in said


def test_a_folder_of_another_name_without_weights_has_both_faults(tmp_path):
    folder = write_model(tmp_path, "one").rename(tmp_path / "two")
    (folder / "weights.keras").unlink()
    with pytest.raises(CardError, match=r"field id, value 'one'.*; field weights.file"):
        find_model(tmp_path, "two")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("threshold = 0.5", "threshold = 0.6", False),
        ("temperature = 1.5", "temperature = 1.4", False),
        ('layer = "features"', 'layer = "features_conv"', False),
        ('sha256 = "', 'sha256 = "0000000000', False),
        ('summary = "Knows nothing."', 'summary = "Knows little."', True),
    ],
)
def test_the_fingerprint_of_a_card_follows_whatever_decides_an_answer(tmp_path, old, new, same):
    card = write_model(tmp_path, "one") / "card.toml"
    before, text = read_card(card), card.read_text()
    assert old in text
    changed = text.replace(old, new)
    if "sha256" in old:
        changed = text.replace(before.weights.sha256, "0" * 64)
    card.write_text(changed)
    after = read_card(card)
    assert (after.fingerprint == before.fingerprint) == same
    assert after.key == f"one:{after.fingerprint}"


def test_a_changed_copy_of_a_card_has_a_fingerprint_of_its_own(tmp_path):
    card = read_card(write_model(tmp_path, "one") / "card.toml")
    before = card.fingerprint
    assert card.model_copy(update={"task": "multilabel"}).fingerprint != before == card.model_copy().fingerprint
