"""The engine goes over to the runtime that was measured to be the fastest, here ONNX Runtime whatever it takes."""

import numpy as np
import pytest

from meddx.engine.answer_pass import AnswerPass
from meddx.engine.load_attempts import LoadAttempts
from meddx.engine.service import Service
from meddx.model.inference import fastest, onnx_runtime
from meddx.model.inference.evidence import ONNX_RUNTIME, evidence_of
from tests.engine.answers import images
from tests.fused import write_fused
from tests.untrained import write_model

pytestmark = pytest.mark.skipif(
    not onnx_runtime.is_installed(), reason="ONNX Runtime is not installed (requirements-fast.txt)"
)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    write_model(models)
    write_fused(models)
    return models


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """The graphs that ONNX Runtime has opened."""
    monkeypatch.setenv("MEDDX_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MEDDX_RUNTIME")
    monkeypatch.setattr(fastest, "CHOSEN_BELOW", 1e6)
    monkeypatch.setattr(fastest, "NEVER_ABOVE", 1e6)
    opened, open_it = [], onnx_runtime.opened
    monkeypatch.setattr(onnx_runtime, "opened", lambda path: opened.append(path) or open_it(path))
    return opened


def answers(service):
    film = images(1)[0]
    return [service.predict(film, model) for model in ("untrained", "fused")]


def assert_equal_answers(some, others):
    for one, other in zip(some, others, strict=True):
        assert one.logits == pytest.approx(
            other.logits, abs=fastest.LOGITS_TOLERANCE * max(map(abs, other.logits.values()))
        )
        for name, heat_map in other.heatmaps.items():
            np.testing.assert_allclose(one.heatmaps[name], heat_map, rtol=0, atol=1e-5)


def test_it_measures_once_on_a_machine_and_answers_alike(models, opened):
    service = Service(models)
    by_tensorflow = answers(service)
    assert opened == []
    service.warm()
    assert {evidence_of(model.card.weights.sha256).chosen for model in service._models} == {ONNX_RUNTIME}
    assert_equal_answers(answers(service), by_tensorflow)
    service.close()

    opened.clear()
    another = Service(models)
    assert_equal_answers(answers(another), by_tensorflow)
    assert len(opened) == 2
    another.warm()
    assert len(opened) == 2
    another.close()


def test_methods_that_need_logits_alone_go_over_too(models, opened):
    film = images(1)[0]
    service = Service(models)
    by_tensorflow = service.explain(film, "untrained", "occlusion").maps
    service.warm()
    forward, asked = service._models.find("untrained").answers.forward, []
    service._models.find("untrained").answers.forward = lambda *given: asked.append(given) or forward(*given)
    for name, heat_map in service.explain(film, "untrained", "occlusion").maps.items():
        np.testing.assert_allclose(heat_map, by_tensorflow[name], rtol=0, atol=1e-5)
    assert asked
    service.close()


def test_after_a_process_that_did_not_survive_a_runtime_tensorflow_answers(models, opened, tmp_path):
    attempts = LoadAttempts(tmp_path)
    for name in ("untrained", "measuring:fused"):
        attempts.begin(name)  # and the process ended
    service = Service(models, attempts)
    service.warm()
    sha256 = {model.card.id: model.card.weights.sha256 for model in service._models}
    service.close()
    assert evidence_of(sha256["untrained"]).chosen == ONNX_RUNTIME
    assert evidence_of(sha256["fused"]) is None
    opened.clear()
    attempts.begin("untrained")
    again = Service(models, attempts)
    again.load("untrained")
    again.close()
    assert opened == []


def test_a_runtime_that_cannot_be_had_any_more_leaves_the_models_to_tensorflow(models, opened, monkeypatch):
    service = Service(models)
    by_tensorflow = answers(service)
    service.warm()
    service.close()

    def gone(path):
        raise MemoryError

    monkeypatch.setattr(onnx_runtime, "opened", gone)
    again = Service(models)
    assert_equal_answers(answers(again), by_tensorflow)
    again.close()


def test_a_failure_while_measuring_one_model_leaves_the_next_to_be_measured(models, opened, monkeypatch):
    asked, measure = [], AnswerPass.measure

    def fails_first(answers):
        asked.append(answers)
        if len(asked) == 1:
            raise RuntimeError("what a runtime says")
        return measure(answers)

    monkeypatch.setattr(AnswerPass, "measure", fails_first)
    service = Service(models)
    service.warm()
    assert len(asked) == 2
    assert len(opened) > 0
    service.close()


def test_answers_that_must_be_the_same_to_the_last_bit_are_tensorflows(models, opened):
    first = Service(models)
    first.warm()
    first.close()
    opened.clear()
    service = Service(models, same_bits=1)
    service.warm()
    answers(service)
    assert opened == []
    service.close()
