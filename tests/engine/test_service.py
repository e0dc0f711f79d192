import shutil

import pytest

from meddx.engine.service import Service
from meddx.errors import CardError, Refused
from meddx.types import Prediction, Refusal
from tests.engine.answers import Direct, films
from tests.untrained import label, write_model


@pytest.fixture(scope="module")
def service(untrained_models):
    made = Service(untrained_models)
    yield made
    made.close()


@pytest.mark.parametrize("model", ["untrained", "untrained-multi"])
def test_the_answer_is_what_keras_says_calibrated(service, untrained_models, model):
    (film,) = films(1)
    prediction = service.predict(film, model)
    assert prediction.probabilities == pytest.approx(Direct(untrained_models / model)(film), abs=1e-5)
    assert list(prediction.heatmaps) == list(prediction.probabilities) == list(prediction.logits)
    assert prediction.heatmap_scale == 0.1
    assert (prediction.placement.top, prediction.placement.bottom) == (0, 1)
    assert 0 < prediction.placement.left < prediction.placement.right < 1


def test_a_film_that_the_card_does_not_accept_is_drawn_all_the_same(service):
    (film,) = films(1, modality="CT")
    diagnosis = service.diagnose(film, "untrained")
    assert isinstance(diagnosis.answer, Refusal)
    assert diagnosis.answer.rule == "modality-not-accepted"
    assert diagnosis.film.columns == 70
    with pytest.raises(Refused, match="Modality CT"):
        service.predict(film, "untrained")


def test_one_call_gives_film_and_prediction(service):
    (film,) = films(1)
    diagnosis = service.diagnose(film, "untrained")
    assert isinstance(diagnosis.answer, Prediction)
    assert diagnosis.film is service.film(film)


def test_a_prediction_set_that_is_empty_is_explained(tmp_path):
    strict = [label(name, quantile=0.01) for name in ("NORMAL", "EFFUSION", "NODULE")]
    write_model(tmp_path, labels=strict)
    service = Service(tmp_path)
    prediction = service.predict(films(1)[0], "untrained")
    assert prediction.prediction_set == ()
    assert any("outside what it knows" in note for note in prediction.notes)
    service.close()


def test_status_says_what_is_loaded_and_what_cannot_be(untrained_models, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(untrained_models, models)
    (models / "empty").mkdir()
    with (models / "untrained-multi" / "weights.keras").open("ab") as file:
        file.write(b"spoilt")
    service = Service(models)
    assert service.status().state == "warming"
    assert service.status().loaded == ()

    service.warm()

    status = service.status()
    assert (status.state, status.loaded) == ("ready", ("untrained",))
    assert set(status.failed) == {"empty", "untrained-multi"}
    assert "sha256" in status.failed["untrained-multi"]
    with pytest.raises(CardError, match="sha256"):
        service.predict(films(1)[0], "untrained-multi")
    service.close()


def test_a_folder_added_later_is_found_when_asked_for(tmp_path):
    service = Service(tmp_path)
    with pytest.raises(CardError, match="those installed: none"):
        service.load("late")
    write_model(tmp_path, "late")
    service.load("late")
    assert service.status().loaded == ("late",)
    service.close()
