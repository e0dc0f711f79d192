import json

from streamlit.testing.v1 import AppTest

from tests.patience import SECONDS


def drawing():
    import streamlit as st

    from pages.ui.common.download.download_button import _mount

    _mount(key="one", data=st.session_state["data"])


def sent_by(page, title):
    page.session_state["data"] = {"title": title}
    page.run()
    [component] = page.get("bidi_component")
    data = json.loads(component.proto.json)
    assert data["title"] == title
    return data["sent"]


def test_newer_data_have_a_higher_number_also_where_they_were_sent_before():
    page = AppTest.from_function(drawing, default_timeout=SECONDS)
    sent = [sent_by(page, title) for title in ("a", "a", "b", "a")]
    assert len({session for session, _number in sent}) == 1
    first, same, second, third = [number for _session, number in sent]
    assert first == same < second < third


def test_each_session_has_a_name_of_its_own():
    pages = [AppTest.from_function(drawing, default_timeout=SECONDS) for _ in range(2)]
    one, another = [sent_by(page, "a")[0] for page in pages]
    assert one != another
