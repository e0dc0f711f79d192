"""The model in the page's address."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import SECONDS


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


def test_models_of_one_data_set_stand_together():
    def shown():
        from types import SimpleNamespace

        from pages.ui.models.model_picker import pick_model

        data = {"one": "chest", "two": "blood", "three": "chest"}
        about = {"synthetic": False, "accepts": SimpleNamespace(modality=())}
        cards = [
            SimpleNamespace(id=id, title=id.title(), training=SimpleNamespace(data=of), **about)
            for id, of in data.items()
        ]
        pick_model(tuple(SimpleNamespace(card=card) for card in cards))

    assert AppTest.from_function(shown, default_timeout=SECONDS).run().radio[0].options == ["Two", "One", "Three"]
