"""Adding a table of cases: a CSV file whose rows prefill the fields of the session's images."""

import streamlit as st

from meddx.errors import Refused
from pages.ui.common.case_table import ListedCase, read_case_table
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.name_on_reading import table_on_reading
from pages.ui.common.session import Session, session
from pages.ui.common.upload_store import drop_upload_bytes

_CHANGES = "record changes"
_REFUSED = "record table refused"
_HELP = N_(
    "A row for each image, by its file's name in a column 'file', 'path' or 'case'; the other columns are named as the "
    "fields, and 'note'. It stays in this session."
)


def render_table_upload(row: ListedCase | str) -> None:
    """Draw the uploader behind a button. row: of the open image in the present table, or why none is used."""
    images = session()
    title = _("Table of cases")
    if images.table is not None:
        title = _("Table of cases ({count})").format(count=number(len(images.table.rows)))
    with st.popover(title):
        key = _key()
        st.file_uploader(
            _("Table of cases (CSV)"), type=["csv", "tsv", "txt"], key=key, help=_(_HELP), on_change=_take,
            args=(images, key),
        )  # fmt: skip
        if images.table is not None:
            st.button(_("Remove the table"), key="remove case table", on_click=_remove, args=(images,))
    if refused := st.session_state.get(_REFUSED):
        st.caption(paragraph([_("The table was not used."), translated(refused)]))
    elif isinstance(row, str):
        st.caption(row)


def changes() -> int:
    """Return how often values have changed otherwise than by their widgets; part of the widgets' keys."""
    return int(st.session_state.get(_CHANGES, 0))


def redraw() -> None:
    """Let the widgets start anew from what is known. For use in a callback."""
    st.session_state[_CHANGES] = changes() + 1


def _key() -> str:
    """Return the uploader's key; a new key makes a new, empty uploader."""
    return f"case-table-{changes()}"


def _take(images: Session, key: str) -> None:
    """Read the file into the session; Streamlit would keep its copy until the tab closes."""
    file = st.session_state.get(key)
    if file is None or key != _key():
        return  # an interrupted run calls again
    st.session_state[_REFUSED] = ""
    try:
        images.table = table_on_reading(read_case_table(file.getvalue()))
    except Refused as refused:
        st.session_state[_REFUSED] = refused.reason
    drop_upload_bytes([file])
    redraw()


def _remove(images: Session) -> None:
    images.table = None
    st.session_state[_REFUSED] = ""
    redraw()
