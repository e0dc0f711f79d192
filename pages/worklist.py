"""The Worklist page: the studies that the DICOM node has received, what models said of them, the most urgent first."""

import streamlit as st

from meddx.config import node_file
from meddx.errors import Refused
from meddx.network.node_config import configured_node
from pages.ui.common import html, notices
from pages.ui.common.language.language import _
from pages.ui.sign_in import current_account
from pages.ui.worklist import study_list
from pages.ui.worklist.styles import WORKLIST_STYLE


def page() -> None:
    """Render the page."""
    st.html(html.STYLE + WORKLIST_STYLE)
    if not current_account.may("reader") or node_file() is None:
        notices.render_notice("refused", _("No worklist"), _("No node is configured, or it is not for this account."))
        return
    st.html(html.page_heading(_("Worklist"), _("Studies that the DICOM node has received.")))
    try:
        config = configured_node()
    except Refused as refused:
        notices.render_notice("error", _("The worklist cannot be read"), refused.reason)
        return
    if config is not None:
        study_list.render_studies(config)


page()
