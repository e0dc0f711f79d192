"""The script that Streamlit runs: the frame of every page, and the navigation between pages."""

import streamlit as st

from meddx.accounts.accounts import Role
from meddx.audit.record import audit_log
from meddx.config import node_file
from meddx.records.access import records_on
from pages.ui.common import glossary, page_frame
from pages.ui.common.appearance.appearance import render_appearance
from pages.ui.common.language.language import _
from pages.ui.common.language_switch.language_switch import render_language_switch
from pages.ui.common.page_addresses import PAGES, page_name
from pages.ui.common.presses import forget_presses
from pages.ui.sign_in import current_account

AUDIT_LOG, RECORDS, WORKLIST = "Audit log", "Records", "Worklist"
ROLES_OF_PAGES: dict[str, Role] = {
    "Evaluate": "evaluator", "Add model": "admin", RECORDS: "evaluator", AUDIT_LOG: "admin",
}  # fmt: skip

page_frame.begin_page()
current_account.begin_session()
allowed = [title for title in PAGES if current_account.may(ROLES_OF_PAGES.get(title, "reader"))]
hidden = {AUDIT_LOG} if audit_log() is None else set()
if not records_on():
    hidden.add(RECORDS)
if node_file() is None:
    hidden.add(WORKLIST)
page = st.navigation(
    [
        st.Page(f"{page_name(title)}.py", title=_(title), default=title == PAGES[0])
        for title in allowed
        if title not in hidden
    ]
)
page.run()
with st.sidebar:
    glossary.render_glossary_button()
    render_appearance()
    render_language_switch()
page_frame.end_page()
forget_presses()
