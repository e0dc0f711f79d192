"""The script that Streamlit runs: the frame of every page, and the navigation between pages."""

import streamlit as st

from pages.ui.common import page_frame

page_frame.begin_page()
page = st.navigation(
    [
        st.Page("diagnose.py", title="Diagnose", default=True),
        st.Page("evaluate.py", title="Evaluate"),
        st.Page("compare.py", title="Compare"),
        st.Page("explain.py", title="Explain"),
        st.Page("models.py", title="Models"),
        st.Page("add_model.py", title="Add a model"),
    ]
)
page.run()
page_frame.end_page()
