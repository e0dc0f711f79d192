import pytest

from pages.ui.common.installed_models import default_model, installed_models
from tests.untrained import write_model


def changed(card, modality, synthetic=False):
    return card.model_copy(
        update={"accepts": card.accepts.model_copy(update={"modality": modality}), "synthetic": synthetic}
    )


@pytest.mark.parametrize(
    ("models", "first"),
    [
        ({"smear": (("SM",), False), "chest": (("CR", "DX"), False)}, "chest"),
        ({"phantom": (("DX",), True), "smear": (("SM",), False)}, "smear"),
        ({"any": ((), False), "chest": (("DX",), False)}, "any"),
        ({"phantom": (("DX",), True)}, "phantom"),
    ],
)
def test_the_first_model_reads_radiographs_of_patients_where_one_does(card, models, first):
    cards = {name: changed(card, modality, synthetic) for name, (modality, synthetic) in models.items()}
    assert default_model(cards) == first


def test_a_folder_without_a_card_is_refused_and_the_others_are_listed(tmp_path, monkeypatch):
    write_model(tmp_path, "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "card.toml").write_text("id = 3")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    installed = installed_models()
    assert list(installed.cards) == ["good"]
    assert list(installed.refused) == ["bad"]


def test_a_changed_card_and_a_new_or_removed_file_are_seen_at_once(tmp_path, monkeypatch):
    folder = write_model(tmp_path, "good")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    before = installed_models()
    assert installed_models() is before
    card = folder / "card.toml"
    card.write_text(card.read_text().replace("threshold = 0.5", "threshold = 0.6"))
    assert installed_models().cards["good"].labels[0].threshold == 0.6
    write_model(tmp_path, "second")
    assert list(installed_models().cards) == ["good", "second"]
    (tmp_path / "second" / "weights.keras").unlink()
    assert list(installed_models().refused) == ["second"]
