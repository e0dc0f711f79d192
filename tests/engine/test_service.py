import shutil
import time
from dataclasses import replace

import numpy as np
import pytest

from meddx.engine import wire
from meddx.engine.service import Service
from meddx.errors import CardError, Refused
from meddx.explain.methods import METHODS
from meddx.imaging.prepare import model_input
from meddx.imaging.read import read_film
from meddx.model.loading import load
from meddx.types import Prediction, Refusal
from tests.engine.answers import Direct, films
from tests.imaging.films import film_bytes
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


def test_a_job_asks_about_every_frame_and_reports(service):
    frames = np.random.default_rng(0).integers(0, 4096, (3, 40, 50)).astype(np.uint16)
    several = film_bytes(
        frames[0], Modality="DX", BodyPartExamined="CHEST", BitsStored=12, NumberOfFrames=3, PixelData=frames.tobytes()
    )
    job = service.start("every_frame", {"data": several, "model": "untrained"})
    status = ended(service, job)
    assert (status.state, status.done, status.total) == ("done", 2, 3)
    expected = [service.predict(several, "untrained", frame).probabilities for frame in range(3)]
    assert list(status.result) == list(expected[0])
    for name, values in status.result.items():
        assert values == pytest.approx([answer[name] for answer in expected], abs=1e-6)
    assert wire.unpack(wire.pack(status)) == status


def test_a_job_on_no_film_fails_with_the_rule(service):
    status = ended(service, service.start("every_frame", {"data": b"no film", "model": "untrained"}))
    assert (status.state, status.result.rule) == ("failed", "not-an-image")


def test_a_job_finds_what_would_change_a_finding(service):
    (film,) = films(1)
    status = ended(service, service.start("flip", {"data": film, "frame": 0, "model": "untrained", "label": "NODULE"}))
    assert status.state == "done"
    found = status.result
    assert found.before == pytest.approx(service.predict(film, "untrained").probabilities["NODULE"], abs=1e-5)
    if found.hidden.any():
        assert (found.after >= found.threshold) != (found.before >= found.threshold)
    else:
        assert (found.after >= found.threshold) == (found.before >= found.threshold)
    assert wire.unpack(wire.pack(status)).result.label == "NODULE"
    nothing = ended(service, service.start("flip", {"data": film, "frame": 0, "model": "untrained", "label": "LUNG"}))
    assert nothing.result.rule == "no-label"


def ended(service, job):
    give_up = time.monotonic() + 30
    while not service.job(job).ended:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return service.job(job)


def test_a_film_is_explained_by_the_method_asked_for(service, untrained_models):
    (film,) = films(1)
    loaded = load(untrained_models / "untrained")
    prepared, placement = model_input(read_film(film), loaded.card.input)
    for name in ("grad-cam", "occlusion"):
        explanation = service.explain(film, "untrained", name)
        expected = METHODS[name].build(loaded.network)(prepared[np.newaxis], [0, 1, 2])[0]
        assert (explanation.model, explanation.version, explanation.method) == ("untrained", "1.0.0", name)
        assert (explanation.units, explanation.signed) == ("logit", METHODS[name].signed)
        assert explanation.placement == placement
        assert list(explanation.maps) == ["NORMAL", "EFFUSION", "NODULE"]
        np.testing.assert_allclose(np.stack(list(explanation.maps.values())), expected, rtol=1e-3, atol=1e-6)
        assert wire.unpack(wire.pack(replace(explanation, maps={}))) == replace(explanation, maps={})


def test_only_methods_that_share_the_units_of_the_card_take_its_scale(service):
    (film,) = films(1)
    scales = {name: service.explain(film, "untrained", name).scale for name in ("hires-cam", "occlusion", "gradients")}
    assert scales == {"hires-cam": 0.1, "occlusion": None, "gradients": None}


def test_an_explanation_is_refused_as_a_prediction_is(service):
    with pytest.raises(Refused, match="Modality CT"):
        service.explain(films(1, modality="CT")[0], "untrained", "grad-cam")
    with pytest.raises(Refused, match="no method 'tea-leaves'"):
        service.explain(films(1)[0], "untrained", "tea-leaves")


def test_an_explanation_as_a_job_gives_the_same_with_progress(service):
    (film,) = films(1)
    job = service.start("explain", {"data": film, "model": "untrained", "method": "occlusion", "frame": 0})
    status = ended(service, job)
    assert (status.state, status.total) == ("done", 170)
    expected = service.explain(film, "untrained", "occlusion")
    for name, found in status.result.maps.items():
        np.testing.assert_array_equal(found, expected.maps[name])
