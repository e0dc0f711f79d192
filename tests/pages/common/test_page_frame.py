from streamlit.testing.v1 import AppTest

from meddx.config import RESEARCH_USE
from tests.patience import SECONDS


def test_the_research_use_notice_follows_the_page_and_there_is_one_style_sheet():
    def script():
        import streamlit as st

        from pages.ui.common import page_frame

        page_frame.begin_page()
        st.html("<p>the page</p>")
        page_frame.end_page()

    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert not page.exception
    bodies = [element.proto.body for element in page.get("html")]
    assert bodies[:2] == ["<p>the page</p>", f'<p class="research-use" role="note">{RESEARCH_USE}</p>']
    assert [body[:7] for body in bodies[2:]] == ["<style>"]
