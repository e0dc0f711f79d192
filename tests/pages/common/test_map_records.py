import pytest

from meddx.model.registry import list_models
from pages.ui.common.map_records import map_record
from tests.untrained import write_model


@pytest.fixture
def model(tmp_path):
    write_model(tmp_path, "untrained")
    [model] = list_models(tmp_path).models
    return model


def write_record(model, sha256):
    rows = '[[methods]]\nname = "grad-cam"\ntitle = "Grad-CAM"\n'
    (model.folder / "explanations.toml").write_text(
        f'model = "untrained"\nversion = "1.0.0"\nweights_sha256 = "{sha256}"\nimages = "none"\n'
        f'command = "by hand"\nrecommended = "grad-cam"\nwhy = "It found the lesions."\n{rows}'
    )


def test_a_model_without_a_record_has_none(model):
    assert map_record(model) is None


def test_a_record_of_these_weights_is_read(model):
    write_record(model, model.card.weights.sha256)
    assert map_record(model).why == "It found the lesions."


def test_a_record_of_other_weights_is_a_sentence(model):
    write_record(model, "0" * 64)
    assert "other weights" in map_record(model)


def test_a_corrected_record_is_read_at_once(model):
    write_record(model, model.card.weights.sha256)
    assert map_record(model).why == "It found the lesions."
    path = model.folder / "explanations.toml"
    path.write_text(path.read_text().replace("the lesions", "no lesion"))
    assert map_record(model).why == "It found no lesion."
