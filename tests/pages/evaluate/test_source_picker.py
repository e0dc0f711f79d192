"""The source follows the address, and the address the choice."""

from streamlit.testing.v1 import AppTest

from pages.ui.evaluate.source_picker import PREDICTION_SOURCES
from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.evaluate.source_picker import pick_source

    st.write(pick_source().title)


def test_the_address_opens_a_source_and_an_unknown_one_the_first():
    opened = AppTest.from_function(page, default_timeout=SECONDS)
    opened.query_params["source"] = "file"
    assert opened.run().markdown[0].value == "File of scores"
    opened.radio[0].set_value("validation").run()
    assert opened.query_params["source"] == "validation"
    unknown = AppTest.from_function(page, default_timeout=SECONDS)
    unknown.query_params["source"] = "nothing"
    assert unknown.run().markdown[0].value == next(iter(PREDICTION_SOURCES.values())).title
