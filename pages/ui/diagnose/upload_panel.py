"""Adding images to the session: the drop zone and the synthetic samples."""

import streamlit as st

from meddx.engine.contract import ARCHIVE_SIGNATURES
from meddx.model.card import Card
from pages.ui.common import model_choice
from pages.ui.common.language.language import _
from pages.ui.common.name_on_reading import name_on_reading
from pages.ui.common.session import ArrivingArchive, Session, SessionCase, session
from pages.ui.common.upload_store import drop_upload_bytes
from pages.ui.diagnose import archive_arrival, case_address
from pages.ui.diagnose import sample_phantoms as phantoms
from pages.ui.diagnose.deidentification import film_arrival


def render_drop_zone() -> None:
    """Draw the uploader. It takes files of any name: DICOM files often have no extension; the bytes decide.

    Also those of a folder dropped on it, and ZIP archives, whose files become images of their own.
    """
    images = session()
    key = _key(images)
    st.file_uploader(
        _("Add images: DICOM, PNG or JPEG, folders and ZIP archives"),
        type=None,
        accept_multiple_files=True,
        key=key,
        on_change=_take,
        args=(images, key),
        label_visibility="collapsed",
    )


def _key(images: Session) -> str:
    """Return the uploader's key; a new key makes a new, empty uploader."""
    return f"upload-{images.uploads}"


def _take(images: Session, key: str) -> None:
    """Move the uploaded bytes into the session; Streamlit would keep its copy until the tab closes."""
    if key != _key(images):
        return  # an interrupted run calls again
    files = st.session_state[key]
    if archive_arrival.is_medium(file.name for file in files):
        archive_arrival.add_medium(images, [(file.name, file.getvalue()) for file in files])
        first = None
    else:
        added = [_add(images, file.name, file.getvalue(), opens=not at) for at, file in enumerate(files)]
        first = next(filter(None, added), None)
    drop_upload_bytes(files)
    images.uploads += 1
    if first is not None:
        images.open(first)


def _add(images: Session, name: str, data: bytes, *, opens: bool) -> SessionCase | None:
    """Add a file and return its case; None for an archive, whose images arrive later, and a film that does."""
    if data.startswith(ARCHIVE_SIGNATURES):
        images.arriving.append(ArrivingArchive(name_on_reading(name), data))
        return None
    return film_arrival.add_film(images, name, data, opens=opens)


def render_sample_buttons(cards: dict[str, Card], compact: bool) -> None:
    """Draw buttons that open a synthetic sample, and choose a model for such images where one is installed."""
    with st.expander(_("Synthetic samples"), key="samples") if compact else st.container():
        if not compact:
            st.caption(_("No image at hand? Try a synthetic chest phantom:"), text_alignment="center")
        with st.container(horizontal=True, horizontal_alignment="left" if compact else "center", gap="small"):
            for sample in phantoms.SAMPLE_PHANTOMS:
                key, args = f"sample-{sample.title}", (session(), sample, cards)
                st.button(_(sample.title), key=key, on_click=_open_sample, args=args)


def _open_sample(images: Session, sample: phantoms.SamplePhantom, cards: dict[str, Card]) -> None:
    case = case_address.sample_case(images, sample.title.lower())
    assert isinstance(case, SessionCase), "every button has its sample"
    images.open(case)
    synthetic = [name for name, card in cards.items() if card.synthetic]
    if synthetic:
        model_choice.choose_model(synthetic[0])
