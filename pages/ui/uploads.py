"""Ways in: the drop zone and the synthetic samples."""

from collections.abc import Iterable

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from meddx.model.card import Card
from pages.ui import samples as phantoms
from pages.ui.session import Session, session


def drop_zone() -> None:
    """Takes files of any name: DICOM files often have no extension, so the engine looks at the bytes."""
    films = session()
    key = _key(films)
    st.file_uploader(
        "Add films: DICOM, PNG or JPEG",
        type=None,
        accept_multiple_files=True,
        key=key,
        on_change=_take,
        args=(films, key),
        label_visibility="collapsed",
    )


def _key(films: Session) -> str:
    """Another key gives another, empty uploader."""
    return f"upload-{films.uploads}"


def _take(films: Session, key: str) -> None:
    """Move the uploaded bytes into the session and leave Streamlit none: it would keep them until the tab closes."""
    if key != _key(films):
        return  # an interrupted run calls again
    first = None
    for file in st.session_state[key]:
        case = films.add(file.name, file.getvalue())
        first = first or case
        forget([file])
    films.uploads += 1
    if first is not None:
        films.open(first)


def forget(files: Iterable[UploadedFile]) -> None:
    """Have Streamlit drop the bytes that it holds of uploaded files, in a callback."""
    context = get_script_run_ctx()
    assert context is not None, "callbacks run inside a script run"
    held = context.uploaded_file_mgr
    if isinstance(held, MemoryUploadedFileManager):
        for file in files:
            held.remove_file(context.session_id, file.file_id)


def samples(cards: dict[str, Card], compact: bool) -> None:
    """Buttons that draw a synthetic film and open it, under a model made for such films where one is installed."""
    with st.expander("Synthetic samples") if compact else st.container():
        if not compact:
            st.caption("No film at hand? Try a synthetic chest phantom:", text_alignment="center")
        with st.container(horizontal=True, horizontal_alignment="left" if compact else "center", gap="small"):
            for sample in phantoms.SAMPLES:
                st.button(sample.title, key=f"sample-{sample.title}", on_click=_draw, args=(session(), sample, cards))


def _draw(films: Session, sample: phantoms.Sample, cards: dict[str, Card]) -> None:
    films.open(films.add(f"Phantom: {sample.title.lower()}", phantoms.dicom(sample)))
    synthetic = [name for name, card in cards.items() if card.synthetic]
    if synthetic:
        st.session_state["model"] = synthetic[0]
