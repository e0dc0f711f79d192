"""The labels that two models share, and what is said beside their answers."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from meddx.types import OodScore
from pages.ui.common.session import Session
from pages.ui.compare.side_by_side import matched_labels
from tests.engine.test_job_runner import until
from tests.pages.test_compare import words
from tests.patience import SECONDS


def test_labels_match_by_code_and_cards_without_a_common_label_by_nothing(cards):
    assert matched_labels(cards).names == ("EFFUSION",)
    other = cards[1].labels[1]
    alone = cards[1].model_copy(update={"labels": (other, other.model_copy(update={"name": "MORE"}))})
    assert matched_labels([cards[0], alone]) is None


def one_image():
    import streamlit as st

    from pages.ui.common.installed_models import installed_models
    from pages.ui.compare.side_by_side import render_side_by_side

    cards = installed_models().cards
    render_side_by_side(st.session_state["images"].cases[0], [cards["untrained"], cards["untrained-multi"]])


def test_what_speaks_against_relying_on_one_models_answer_is_said_beside_it(engine, untrained_models, monkeypatch):
    predict = engine.predict

    def doubtful(data, model, frame=0, **beside):
        answer = predict(data, model, frame, **beside)
        if not model.startswith("untrained-multi:"):
            return replace(answer, cautions=("A negative.",))
        return replace(answer, ood=OodScore(9.0, 2.0))

    monkeypatch.setattr(engine, "predict", doubtful)
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    page = AppTest.from_function(one_image, default_timeout=SECONDS)
    page.session_state["images"] = images = Session()
    images.open(images.add("a.dcm", b"image"))
    until(lambda: "progress-panel" not in words(page.run()))  # the answers arrive one after the other
    said = words(page)
    assert not page.exception
    assert said.count("A negative.") == 1
    assert said.count("Unlike the training images") == 1
