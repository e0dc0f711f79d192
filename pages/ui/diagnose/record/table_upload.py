"""Adding a table of cases: a CSV file whose rows prefill the fields of the session's images."""

import streamlit as st

from meddx.errors import Refused
from pages.ui.common.case_table import read_case_table
from pages.ui.common.session import Session, SessionCase, session
from pages.ui.common.upload_store import drop_upload_bytes

CHANGES = "record changes"
"""Of the session state: how often values have changed otherwise than by their widgets, part of the widgets' keys."""
_REFUSED = "record table refused"
_HELP = (
    "A row for each image, by its file's name in a column 'file', 'path' or 'case'; the other columns are named as the "
    "fields, and 'note'. It stays in this session."
)


def render_table_upload(case: SessionCase) -> None:
    """Draw the uploader behind a button, with what the present table says of this image."""
    images = session()
    with st.popover("Table of cases" if images.table is None else f"Table of cases ({len(images.table.rows):,})"):
        key = f"case-table-{st.session_state.get(CHANGES, 0)}"
        st.file_uploader(
            "Table of cases (CSV)", type=["csv", "tsv", "txt"], key=key, help=_HELP, on_change=_take, args=(images, key)
        )
        if images.table is not None:
            st.button("Remove the table", key="remove case table", on_click=_remove, args=(images,))
    if refused := st.session_state.get(_REFUSED):
        st.caption(f"The table was not used. {refused}")
    elif images.table is not None and isinstance(missing := images.table.row(case.name), str):
        st.caption(missing)


def redraw() -> None:
    """Let the widgets start anew from what is known. For use in a callback."""
    st.session_state[CHANGES] = st.session_state.get(CHANGES, 0) + 1


def _take(images: Session, key: str) -> None:
    """Read the file into the session; Streamlit would keep its copy until the tab closes."""
    file = st.session_state.get(key)
    if file is None:
        return  # an interrupted run calls again
    st.session_state[_REFUSED] = ""
    try:
        images.table = read_case_table(file.getvalue())
    except Refused as refused:
        st.session_state[_REFUSED] = refused.reason
    drop_upload_bytes([file])
    redraw()


def _remove(images: Session) -> None:
    images.table = None
    redraw()
