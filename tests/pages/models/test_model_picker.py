"""The model in the page's address."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from meddx.model.registry import list_models
from pages.ui.models.shelf_words import shelf_caption
from tests.patience import SECONDS
from tests.untrained import write_model

SHIPPED = Path(__file__).parents[3] / "models"


def page():
    import streamlit as st

    from pages.ui.common.installed_models import installed_models
    from pages.ui.common.model_choice import unknown_model
    from pages.ui.models.model_picker import pick_model

    installed = installed_models()
    st.write(repr(unknown_model(installed.cards)))
    st.write(pick_model(installed.models).card.id)


@pytest.fixture
def opened(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))

    def run(**address):
        script = AppTest.from_function(page, default_timeout=SECONDS)
        for name, value in address.items():
            script.query_params[name] = value
        script.run()
        assert not script.exception
        return script

    return run


def said(script):
    return [one.value for one in script.markdown]


def test_the_first_model_is_shown_and_put_into_the_address_and_so_is_one_that_is_chosen(opened):
    script = opened()
    assert said(script) == ["None", "untrained"]
    assert dict(script.query_params) == {"model": "untrained"}
    script.radio[0].set_value("untrained-multi").run()
    assert said(script) == ["None", "untrained-multi"]
    assert dict(script.query_params) == {"model": "untrained-multi"}


def test_a_link_opens_its_model(opened):
    assert said(opened(model="untrained-multi")) == ["None", "untrained-multi"]


def test_a_model_that_is_not_installed_is_named_and_its_address_kept(opened):
    script = opened(model="gone")
    assert said(script) == ["'gone'", "untrained"]
    assert dict(script.query_params) == {"model": "gone"}


def test_models_stand_by_body_part_and_small_ones_for_teaching_last(monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(SHIPPED))
    script = AppTest.from_function(page, default_timeout=SECONDS).run()
    assert not script.exception
    options = script.radio[0].options
    teaching = [place for place, title in enumerate(options) if "28 px" in title or "Synthetic" in title]
    assert teaching == list(range(len(options) - len(teaching), len(options)))
    assert options.index("Childhood pneumonia, EfficientNet-Lite0") < options.index("Childhood pneumonia, plain CNN")


def test_models_of_the_same_title_are_told_apart(tmp_path, monkeypatch):
    for name in ("one", "two"):
        write_model(tmp_path, name, title="Chest films")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    script = AppTest.from_function(page, default_timeout=SECONDS).run()
    assert not script.exception
    assert script.radio[0].options == ["Chest films (one)", "Chest films (two)"]


def test_a_caption_says_where_a_model_stands_and_what_it_sees():
    cards = list_models(SHIPPED).cards
    assert shelf_caption(cards["chest-efficientnet"]) == "Chest: X-ray · 160 pixels"
    assert shelf_caption(cards["bloodmnist-plain-cnn"]) == "Teaching and benchmarks · Microscopy · 28 pixels"
