"""The script that Streamlit runs: the frame of every page, and the navigation between pages."""

import streamlit as st

from meddx.accounts.accounts import Role
from pages.ui.common import page_frame
from pages.ui.common.page_addresses import PAGES, page_name
from pages.ui.sign_in import current_account

ROLES_OF_PAGES: dict[str, Role] = {"Evaluate": "evaluator", "Add model": "admin"}

page_frame.begin_page()
current_account.begin_session()
allowed = [title for title in PAGES if current_account.may(ROLES_OF_PAGES.get(title, "reader"))]
page = st.navigation([st.Page(f"{page_name(title)}.py", title=title, default=title == PAGES[0]) for title in allowed])
page.run()
page_frame.end_page()
