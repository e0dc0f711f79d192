"""The step that the address names."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.evaluate.labelled_images.url_state import current_step, go_to_step

    st.write(repr(current_step()))
    st.button("job", on_click=go_to_step, args=("job", "j1"))
    st.button("back", on_click=go_to_step)


@pytest.mark.parametrize(("address", "step"), [({}, None), ({"upload": "u"}, ("upload", "u"))])
def test_the_address_says_where_the_reader_is(address, step):
    opened = AppTest.from_function(page, default_timeout=SECONDS)
    for name, value in address.items():
        opened.query_params[name] = value
    assert opened.run().markdown[0].value == repr(step)
    opened.button[0].click().run()
    assert dict(opened.query_params) == {"job": "j1"}
    assert opened.markdown[0].value == repr(("job", "j1"))
    opened.button[1].click().run()
    assert dict(opened.query_params) == {}
