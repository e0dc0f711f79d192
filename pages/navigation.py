"""What every page shares: its frame, and the way to the others."""

import streamlit as st

from pages.ui import frame

frame.begin()
page = st.navigation(
    [
        st.Page("diagnose.py", title="Diagnose", default=True),
        st.Page("evaluate.py", title="Evaluate"),
        st.Page("compare.py", title="Compare"),
        st.Page("explain.py", title="Explain"),
        st.Page("models.py", title="Models"),
    ]
)
page.run()
frame.end()
