"""The choice of models and image in the sidebar, and what is asked for until both are there."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.common.session import Session
from pages.ui.compare import available_systems, side_by_side
from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.common.installed_models import installed_models
    from pages.ui.compare import one_image

    cards = installed_models().cards
    with st.sidebar:
        chosen = one_image.render_sidebar(cards)
    one_image.render_one_image(cards, chosen)


@pytest.fixture
def drawn(untrained_models, monkeypatch):
    """Each (image, ids of models) drawn side by side."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    seen = []
    monkeypatch.setattr(
        side_by_side,
        "render_side_by_side",
        lambda case, chosen: seen.append((case.name, [card.id for card in chosen])),
    )
    return seen


def opened(images=True):
    script = AppTest.from_function(page, default_timeout=SECONDS).run()
    assert not script.exception
    if images:
        script.session_state["images"] = made = Session()
        for name in ("first.dcm", "second.dcm"):
            made.open(made.add(name, b"film"))
        script.run()
        assert not script.exception
    return script


def test_without_an_image_one_is_asked_for(drawn):
    script = opened(images=False)
    assert script.multiselect[0].value == ["untrained", "untrained-multi"]
    assert script.markdown[0].value.startswith("Add an image")
    assert (len(script.selectbox), drawn) == (0, [])


def test_the_chosen_image_is_opened_and_drawn_with_the_chosen_models(drawn):
    script = opened()
    both = ["untrained", "untrained-multi"]
    assert drawn == [("second.dcm", both)]
    script.selectbox[0].set_value(script.session_state["images"].cases[0].id).run()
    assert drawn[1:] == [("first.dcm", both)]
    assert script.session_state["images"].current.name == "first.dcm"


def test_one_model_is_not_compared(drawn):
    script = opened()
    script.multiselect[0].set_value(["untrained"]).run()
    assert "Choose two or three models." in [one.value for one in script.markdown]
    assert len(drawn) == 1


def test_the_page_opens_with_the_default_system_and_its_best_partner(drawn, monkeypatch):
    partners = {"untrained-multi": ["untrained"], "untrained": ["untrained-multi"]}
    monkeypatch.setattr(available_systems, "comparable_systems", lambda systems: partners)
    monkeypatch.setattr(available_systems, "default_system", lambda found: "untrained-multi")
    assert opened(images=False).multiselect[0].value == ["untrained-multi", "untrained"]
