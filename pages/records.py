"""The Records page: the cases that this server keeps, with what models answered on them and what readers said of it."""

import streamlit as st

from meddx.config import records_days
from meddx.errors import Refused
from meddx.records.access import records_on
from pages.ui.common import html, notices
from pages.ui.common.language.formatting import decimal
from pages.ui.common.language.language import _
from pages.ui.records import record_list
from pages.ui.sign_in import current_account


def page() -> None:
    """Render the page."""
    if not records_on() or not current_account.may("evaluator"):
        notices.render_notice("refused", _("No records"), _("None are kept, or they are not for this account."))
        return
    st.html(html.STYLE)
    st.html(
        html.page_heading(
            _("Records"),
            _(
                "Cases with findings and readers' opinions. A case is removed {days} days after something was last "
                "added to it."
            ).format(days=decimal(records_days(), 0)),
        )
    )
    try:
        record_list.render_records()
    except Refused as refused:
        notices.render_notice("error", _("The records cannot be read"), refused.reason)


page()
