"""A finished evaluation as an evaluated system."""

import io

import pytest

from meddx.engine.contract import EvaluationResult, StoredJob
from meddx.errors import EngineUnavailable
from meddx.evaluate.predictions import write_predictions
from meddx.model.card import read_card
from meddx.types import Refusal, StoredFrame
from pages.ui.evaluate.labelled_images.evaluation_result import evaluation_result
from tests.evaluate.paired.systems import predictions

CLASSES = {"fine": ["NORMAL"], "ill": ["EFFUSION", "NODULE"]}
LABELS = ("NORMAL", "EFFUSION or NODULE")


def stored(id="j", **changes):
    """An evaluation that waits; changes: fields of the StoredJob, arguments added to its own."""
    arguments = {"model": "untrained", "title": "Ward 3", "classes": CLASSES} | changes.pop("arguments", {})
    return StoredJob(id, "evaluate", arguments, **{"state": "waiting", "created": 1e9} | changes)


def done(engine, id="j", **changes):
    """A finished evaluation of two images, one refused and four left out; changes: of its result."""
    file = io.BytesIO()
    write_predictions(file, predictions([[0.9, 0.1], [0.2, 0.8]], [[1, 0], [0, 1]], labels=LABELS, cases=("a", "b")))
    engine.results[id] = EvaluationResult(file.getvalue(), {"c": Refusal("not-an-image", "The file is no image.")})
    result = {
        "model": "untrained", "version": "1.0.0", "title": "Untrained", "n": 2, "left_out": 4,
        "refused": {"not-an-image": 1},
    }  # fmt: skip
    engine.records[id] = stored(id, state="done", ended=1e9 + 60, result=result | changes)
    return engine.records[id]


@pytest.fixture(autouse=True)
def _installed(untrained_models, monkeypatch):
    """The model "untrained" 1.0.0."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))


def test_classes_that_were_merged_are_named_after_their_labels(engine):
    subject = evaluation_result(done(engine, "merged"))
    assert (subject.title, subject.labels, subject.exclusive) == ("Ward 3: Untrained exclusive", LABELS, True)
    assert subject.titles["EFFUSION or NODULE"] == "Effusion or Nodule"
    assert subject.parts == {"NORMAL": ("NORMAL",), "EFFUSION or NODULE": ("EFFUSION", "NODULE")}
    assert subject.description["Classes"] == "fine: Normal; ill: Effusion or Nodule. 4 images were left out"
    assert subject.refused == {"c": Refusal("not-an-image", "The file is no image.")}


@pytest.mark.parametrize(
    ("changes", "now"),
    [({"version": "0.9.0"}, "now version 1.0.0 is installed"), ({"model": "gone"}, "now it is not installed")],
)
def test_the_result_of_another_version_is_refused(engine, changes, now):
    refusal = evaluation_result(done(engine, "other", **changes))
    assert refusal.rule == "other-version"
    assert now in refusal.reason


def test_a_result_that_is_gone_is_refused_and_an_engine_that_is_away_is_an_error(engine):
    job = done(engine, "gone")
    del engine.results["gone"]
    assert evaluation_result(job).rule == "no-job"
    engine.fails = 1
    with pytest.raises(EngineUnavailable):
        evaluation_result(job)


def test_the_image_of_a_case_is_asked_of_the_engine(engine):
    subject = evaluation_result(done(engine, "images"))
    engine.images["images"] = {"a": StoredFrame(b"film")}
    assert subject.image("a") == StoredFrame(b"film")
    assert subject.image("b").rule == "no-job"
    engine.fails = 1
    assert subject.image("a").rule == "engine-unavailable"


def test_the_result_of_another_card_of_the_same_version_is_refused(engine, untrained_models):
    now = read_card(untrained_models / "untrained" / "card.toml").fingerprint
    assert not isinstance(evaluation_result(done(engine, "same", card=now)), Refusal)
    refusal = evaluation_result(done(engine, "changed", card="0" * 64))
    assert refusal.rule == "other-card"
