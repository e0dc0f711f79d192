"""The script that Streamlit runs: the frame of every page, and the navigation between pages."""

import streamlit as st

from pages.ui.common import page_frame
from pages.ui.common.page_addresses import PAGES, page_name

page_frame.begin_page()
page = st.navigation([st.Page(f"{page_name(title)}.py", title=title, default=title == PAGES[0]) for title in PAGES])
page.run()
page_frame.end_page()
