import json

from streamlit.testing.v1 import AppTest

from tests.patience import SECONDS


def drawing():
    import streamlit as st

    from pages.ui.common.download.download_button import _mount

    _mount(key="one", data=st.session_state["data"])


def test_newer_data_have_a_higher_number_also_where_they_were_sent_before():
    page = AppTest.from_function(drawing, default_timeout=SECONDS)
    sent = []
    for title in ("a", "a", "b", "a"):
        page.session_state["data"] = {"title": title}
        page.run()
        [component] = page.get("bidi_component")
        data = json.loads(component.proto.json)
        assert data["title"] == title
        sent.append(data["sent"])
    first, same, second, third = sent
    assert first == same < second < third


def test_the_data_of_a_session_that_begins_later_have_a_higher_number():
    numbers = []
    for _session in range(2):
        page = AppTest.from_function(drawing, default_timeout=SECONDS)
        page.session_state["data"] = {"title": "a"}
        page.run()
        [component] = page.get("bidi_component")
        numbers.append(json.loads(component.proto.json)["sent"])
    assert numbers[0] < numbers[1]
