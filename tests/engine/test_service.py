import gc
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread

from meddx.config import ROOT
from meddx.engine import job_runner, serialization
from meddx.engine import service as service_module
from meddx.engine.load_attempts import LoadAttempts
from meddx.engine.service import Service
from meddx.errors import CardError, Refused
from meddx.evaluate.ood_detector import FEATURES_FILE
from meddx.explain.methods import METHODS
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.loading import load_model
from meddx.model.registry import find_model
from meddx.types import Prediction, Refusal
from tests.arithmetic import assert_rounds_alike, products
from tests.engine.answers import Direct, images
from tests.imaging.images import image_bytes, written
from tests.patience import SECONDS
from tests.untrained import label, network, write_model


@pytest.fixture(scope="module")
def service(untrained_models):
    made = Service(untrained_models)
    yield made
    made.close()


@pytest.mark.parametrize("model", ["untrained", "untrained-multi"])
def test_the_answer_is_what_keras_says_calibrated(service, untrained_models, model):
    (image,) = images(1)
    prediction = service.predict(image, model)
    assert prediction.probabilities == pytest.approx(Direct(untrained_models / model)(image), abs=1e-5)
    assert list(prediction.heatmaps) == list(prediction.probabilities) == list(prediction.logits)
    assert prediction.heatmap_scale == 0.1
    assert (prediction.placement.top, prediction.placement.bottom) == (0, 1)
    assert 0 < prediction.placement.left < prediction.placement.right < 1


def test_an_image_that_the_card_does_not_accept_is_drawn_all_the_same(service):
    (image,) = images(1, modality="CT")
    diagnosis = service.diagnose(image, "untrained")
    assert isinstance(diagnosis.answer, Refusal)
    assert diagnosis.answer.rule == "modality-not-accepted"
    assert diagnosis.image.columns == 70
    with pytest.raises(Refused, match="another Modality"):
        service.predict(image, "untrained")


def test_one_call_gives_image_and_prediction(service):
    (image,) = images(1)
    diagnosis = service.diagnose(image, "untrained")
    assert isinstance(diagnosis.answer, Prediction)
    assert diagnosis.image is service.image(image)


def test_a_negative_is_recognised_by_its_grey_values_and_other_strange_images_are_none(tmp_path):
    shutil.copytree(ROOT / "models" / "phantom-cnn", tmp_path / "phantom-cnn")
    phantom = chest_phantom(4, ("nodule",), 256, 208)
    noise = np.random.default_rng(0).integers(0, 4095, (256, 208)).astype(np.uint16)
    with closing(Service(tmp_path)) as service:
        positive = service.predict(phantom_dicom(phantom), "phantom-cnn")
        inverted = service.predict(phantom_dicom(phantom, monochrome1=True), "phantom-cnn")
        elements = dcmread(BytesIO(phantom_dicom(phantom)))
        elements.PhotometricInterpretation = "MONOCHROME1"
        negative = service.predict(written(elements), "phantom-cnn")
        stated = {"BitsStored": 12, "Modality": "DX", "BodyPartExamined": "CHEST", "SyntheticData": "YES"}
        strange = service.predict(image_bytes(noise, **stated), "phantom-cnn")
    assert positive.cautions == inverted.cautions == strange.cautions == ()
    assert inverted.probabilities == pytest.approx(positive.probabilities, abs=1e-4)
    assert (negative.ood.is_outside, strange.ood.is_outside) == (True, True)
    [caution] = negative.cautions
    assert "looks like a negative" in caution


def test_the_patient_is_compared_with_those_that_the_model_is_made_for(tmp_path):
    write_model(tmp_path, accepts={"modality": ["CR", "DX"], "body_part": ["CHEST"], "age_years": [0, 17]})
    adult, child = images(1, PatientAge="057Y"), images(1, PatientAge="005Y")
    with closing(Service(tmp_path)) as service:
        [caution] = service.predict(*adult, "untrained").cautions
        assert "patients of up to 17 years" in caution
        assert service.predict(*child, "untrained").cautions == ()


def test_a_prediction_set_that_is_empty_is_explained(tmp_path):
    strict = [label(name, quantile=0.01) for name in ("NORMAL", "EFFUSION", "NODULE")]
    write_model(tmp_path, labels=strict)
    service = Service(tmp_path)
    prediction = service.predict(images(1)[0], "untrained")
    assert prediction.prediction_set == ()
    assert any("outside what it knows" in note for note in prediction.notes)
    service.close()


def test_status_says_what_is_loaded_and_what_cannot_be(untrained_models, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(untrained_models, models)
    (models / "empty").mkdir()
    with (models / "untrained-multi" / "weights.keras").open("ab") as file:
        file.write(b"corrupted")
    service = Service(models)
    assert service.status().state == "warming"
    assert service.status().loaded == ()

    service.warm()

    status = service.status()
    assert (status.state, status.loaded) == ("ready", ("untrained",))
    assert set(status.failed) == {"empty", "untrained-multi"}
    assert "sha256" in status.failed["untrained-multi"]
    with pytest.raises(CardError, match="sha256"):
        service.predict(images(1)[0], "untrained-multi")
    service.close()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AttributeError("'NoneType' object has no attribute 'shape'"), "AttributeError: 'NoneType' object has no"),
        (MemoryError(), "MemoryError"),
        (ValueError("in user code:\n\n    File x\n\n    ValueError: Too small.\n"), "ValueError: Too small."),
        (ValueError("Kernel is too large.\n\nArguments received: 99"), "ValueError: Kernel is too large."),
        (ValueError("x" * 9999), "ValueError: " + "x" * 100),
    ],
    ids=["no text", "text", "autograph", "keras", "long"],
)
def test_whatever_is_wrong_with_one_model_the_others_answer(untrained_models, monkeypatch, error, reason):
    def load_one(folder):
        if folder.name == "untrained":
            raise error
        return load_model(folder)

    monkeypatch.setattr("meddx.engine.loaded_models.load_model", load_one)
    service = Service(untrained_models)
    service.warm()
    status = service.status()
    assert (status.state, status.loaded) == ("ready", ("untrained-multi",))
    assert list(status.failed) == ["untrained"]
    assert status.failed["untrained"].startswith(f"Model untrained failed: {reason}")
    assert len(status.failed["untrained"]) < 300
    (image,) = images(1)
    assert isinstance(service.predict(image, "untrained-multi"), Prediction)
    for _ in range(2):
        with pytest.raises(CardError, match="Model untrained failed"):
            service.predict(image, "untrained")
    service.close()


def test_a_model_that_ended_two_processes_is_not_loaded_a_third_time(untrained_models, tmp_path, monkeypatch):
    for _ in range(2):
        LoadAttempts(tmp_path).begin("untrained")
    loaded = []
    monkeypatch.setattr(
        "meddx.engine.loaded_models.load_model", lambda folder: loaded.append(folder.name) or load_model(folder)
    )
    service = Service(untrained_models, LoadAttempts(tmp_path))
    service.warm()
    assert loaded == ["untrained-multi"]
    assert "ended 2 times" in service.status().failed["untrained"]
    with pytest.raises(CardError, match="ended 2 times"):
        service.loaded("untrained")
    service.close()


@pytest.mark.parametrize("suspect", ["untrained", "untrained-multi"])
def test_one_that_ended_a_process_is_loaded_after_all_others(untrained_models, tmp_path, monkeypatch, suspect):
    LoadAttempts(tmp_path).begin(suspect)
    order = []
    monkeypatch.setattr(
        "meddx.engine.loaded_models.load_model", lambda folder: order.append(folder.name) or load_model(folder)
    )
    service = Service(untrained_models, LoadAttempts(tmp_path))
    service.warm()
    assert order[-1] == suspect
    assert set(service.status().loaded) == {"untrained", "untrained-multi"}
    service.close()


def test_a_folder_added_later_is_found_when_asked_for(tmp_path):
    service = Service(tmp_path)
    with pytest.raises(CardError, match="No model is installed"):
        service.load("late")
    write_model(tmp_path, "late")
    service.load("late")
    assert service.status().loaded == ("late",)
    service.close()


def test_a_job_asks_about_every_frame_and_reports(service):
    frames = np.random.default_rng(0).integers(0, 4096, (3, 40, 50)).astype(np.uint16)
    several = image_bytes(
        frames[0], Modality="DX", BodyPartExamined="CHEST", BitsStored=12, NumberOfFrames=3, PixelData=frames.tobytes()
    )
    job = service.start("predict_frames", {"data": several, "model": "untrained"})
    status = ended(service, job)
    assert (status.state, status.done, status.total) == ("done", 2, 3)
    expected = [service.predict(several, "untrained", frame).probabilities for frame in range(3)]
    assert list(status.result["probabilities"]) == list(expected[0])
    assert status.result["refused"] == (None, None, None)
    for name, values in status.result["probabilities"].items():
        assert values == pytest.approx([answer[name] for answer in expected], abs=1e-6)
    assert serialization.deserialize(serialization.serialize(status)) == status


def test_a_job_on_no_image_fails_with_the_rule(service):
    status = ended(service, service.start("predict_frames", {"data": b"no image", "model": "untrained"}))
    assert (status.state, status.result.rule) == ("failed", "not-an-image")


def test_a_job_finds_what_would_change_a_finding(service):
    (image,) = images(1)
    asked = {"data": image, "frame": 0, "model": "untrained"}
    status = ended(service, service.start("counterfactual", asked | {"label": "NODULE"}))
    assert status.state == "done"
    found = status.result
    assert found.before == pytest.approx(service.predict(image, "untrained").probabilities["NODULE"], abs=1e-5)
    if found.hidden.any():
        assert (found.after >= found.threshold) != (found.before >= found.threshold)
    else:
        assert (found.after >= found.threshold) == (found.before >= found.threshold)
    assert serialization.deserialize(serialization.serialize(status)).result.label == "NODULE"
    nothing = ended(service, service.start("counterfactual", asked | {"label": "LUNG"}))
    assert nothing.result.rule == "no-label"


def ended(service, job):
    give_up = time.monotonic() + SECONDS
    while not service.job(job).ended:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return service.job(job)


def test_an_image_is_explained_by_the_method_asked_for(service, untrained_models):
    (image,) = images(1)
    loaded = load_model(untrained_models / "untrained")
    prepared, placement = model_input(read_image(image), loaded.card.input)
    for name in ("grad-cam", "occlusion"):
        explanation = service.explain(image, "untrained", name)
        expected = METHODS[name].build(loaded.network)(prepared[np.newaxis], [0, 1, 2])[0]
        assert (explanation.model, explanation.version, explanation.method) == ("untrained", "1.0.0", name)
        assert (explanation.units, explanation.signed) == ("logit", METHODS[name].signed)
        assert explanation.placement == placement
        assert list(explanation.maps) == ["NORMAL", "EFFUSION", "NODULE"]
        assert_rounds_alike(np.stack(list(explanation.maps.values())), expected, products(loaded.network))
        assert serialization.deserialize(serialization.serialize(replace(explanation, maps={}))) == replace(
            explanation, maps={}
        )


def test_only_methods_that_share_the_units_of_the_card_take_its_scale(service):
    (image,) = images(1)
    scales = {name: service.explain(image, "untrained", name).scale for name in ("hires-cam", "occlusion", "gradients")}
    assert scales == {"hires-cam": 0.1, "occlusion": None, "gradients": None}


def test_an_explanation_is_refused_as_a_prediction_is(service):
    with pytest.raises(Refused, match="another Modality"):
        service.explain(images(1, modality="CT")[0], "untrained", "grad-cam")
    with pytest.raises(Refused, match="no method 'tea-leaves'"):
        service.explain(images(1)[0], "untrained", "tea-leaves")


def test_an_explanation_as_a_job_gives_the_same_with_progress(service):
    (image,) = images(1)
    job = service.start("explain", {"data": image, "model": "untrained", "method": "occlusion", "frame": 0})
    status = ended(service, job)
    assert (status.state, status.total) == ("done", 170)
    expected = service.explain(image, "untrained", "occlusion")
    for name, found in status.result.maps.items():
        np.testing.assert_array_equal(found, expected.maps[name])


def test_a_job_is_held_back_by_what_somebody_waits_for_and_by_nothing_else(untrained_models, monkeypatch):
    monkeypatch.setattr(job_runner, "_HOLD_BACK_SECONDS", SECONDS)
    asked, answers, (image,) = threading.Event(), threading.Event(), images(1)

    def late(*_):
        asked.set()
        assert answers.wait(SECONDS)

    monkeypatch.setattr(service_module, "answer", late)
    question = {"data": image, "model": "untrained", "method": "occlusion", "frame": 0}
    with closing(Service(untrained_models)) as service, ThreadPoolExecutor(2) as pool:
        pool.submit(service.predict, image, "untrained", hurry=False)
        assert asked.wait(SECONDS)
        assert ended(service, service.start("explain", question)).state == "done"
        asked.clear()
        pool.submit(service.predict, image, "untrained")
        assert asked.wait(SECONDS)
        held = service.start("explain", question)
        time.sleep(0.2)
        assert service.job(held).done == 0
        answers.set()
        assert ended(service, held).state == "done"


def rewrite(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_new_card_is_never_answered_with_the_old_one(tmp_path):
    folder = write_model(tmp_path)
    (image,) = images(1)
    with closing(Service(tmp_path)) as service:
        old = find_model(tmp_path, "untrained").card
        before = service.predict(image, old.key)
        rewrite(folder / "card.toml", "temperature = 1.5", "temperature = 0.5")
        new = find_model(tmp_path, "untrained").card
        after = service.predict(image, "untrained")
        assert after.probabilities == pytest.approx(Direct(folder)(image), abs=1e-5)
        assert after.probabilities != pytest.approx(before.probabilities, abs=1e-3)
        assert service.predict(image, new.key).probabilities == after.probabilities
        with pytest.raises(CardError, match="replaced"):
            service.predict(image, old.key)


def test_a_repaired_model_and_new_weights_are_loaded_and_a_removed_model_is_gone(tmp_path):
    folder = write_model(tmp_path)
    whole = (folder / "weights.keras").read_bytes()
    (folder / "weights.keras").write_bytes(b"cut off")
    (image,) = images(1)
    with closing(Service(tmp_path)) as service:
        with pytest.raises(CardError, match="sha256"):
            service.predict(image, "untrained")
        (folder / "weights.keras").write_bytes(whole)
        first = service.predict(image, "untrained")
        shutil.rmtree(folder)
        write_model(tmp_path, model=network(filters=5))
        second = service.predict(image, "untrained")
        assert second.probabilities == pytest.approx(Direct(folder)(image), abs=1e-5)
        assert second.logits != first.logits
        shutil.rmtree(folder)
        with pytest.raises(CardError, match="No model"):
            service.predict(image, "untrained")
        assert service.status().loaded == ()
        assert service.status().failed == {}


def test_a_card_of_other_weights_is_blamed_and_not_what_was_learned_from_them(tmp_path):
    folder = write_model(tmp_path)
    (folder / FEATURES_FILE).write_bytes(b"of other weights")
    rewrite(folder / "card.toml", find_model(tmp_path, "untrained").card.weights.sha256, "0" * 64)
    with closing(Service(tmp_path)) as service, pytest.raises(CardError, match=r"weights\.sha256"):
        service.predict(images(1)[0], "untrained")


def test_the_thread_of_a_replaced_model_ends(tmp_path):
    folder = write_model(tmp_path, "replaced")
    with closing(Service(tmp_path)) as service:
        service.load("replaced")
        rewrite(folder / "card.toml", "temperature = 1.5", "temperature = 0.5")
        service.load("replaced")
        gc.collect()
        deadline = time.monotonic() + 20
        while len([one for one in threading.enumerate() if one.name == "batcher-replaced"]) > 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
