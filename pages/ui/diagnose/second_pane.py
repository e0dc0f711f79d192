"""A second image beside the open one, such as the prior of the same patient; both viewers move together."""

from functools import partial

import streamlit as st

from pages.ui.common.language.language import N_, _
from pages.ui.common.session import Session, SessionCase
from pages.ui.common.viewer import image_viewer
from pages.ui.common.viewer.kept_measures import keep_measures, kept_measures
from pages.ui.diagnose.case_frames import frames_of, image_stack
from pages.ui.diagnose.worklist.studies import Entry, entries, header_of, image_text, study_text

GROUP = "diagnose"
"""Of viewers that share window, zoom and scrolling."""
_NOTHING = N_("Nothing")


def render_picker(images: Session) -> None:
    """Draw the list of images that may stand beside the open one, those of its patient first; none without another."""
    titles = beside_titles(images)
    if not titles:
        images.beside = ""
        return
    options = ["", *titles]
    images.beside = st.selectbox(
        _("Show beside it"),
        options,
        index=options.index(images.beside) if images.beside in options else 0,
        format_func=lambda id: titles.get(id, _(_NOTHING)),
        key=f"beside {images.current.id if images.current else ''} {len(titles)}",
    )


def beside_titles(images: Session) -> dict[str, str]:
    """Return id -> title of every readable image or stack but the open one, those of the same patient first."""
    current = images.current
    if current is None:
        return {}
    rows = [entry for entry in entries(images.cases) if current not in entry.cases and entry.cases[0].rejected is None]
    patient = header_of(current).patient
    rows.sort(key=lambda entry: not (patient and header_of(entry.cases[0]).patient == patient))
    return {entry.shown(None).id: _title(entry, images, patient) for entry in rows}


def _title(entry: Entry, images: Session, patient: str) -> str:
    header = header_of(entry.cases[0])
    case = entry.shown(None)
    name = case.title
    if images.hides_patient and not case.library:
        name = _("Image {number}").format(number=images.cases.index(case) + 1)
    study = study_text(header, hidden=images.hides_patient)
    same = _("Same patient") if patient and header.patient == patient else ""
    return " · ".join(filter(None, (same, study, image_text(entry), "" if study or entry.is_stack else name)))


def beside(images: Session) -> SessionCase | None:
    """Return the image that stands beside the open one, None where there is none."""
    case = images.find(images.beside) if images.beside else None
    return None if case is images.current else case


def render_second_pane(images: Session, case: SessionCase) -> None:
    """Draw the second viewer; its frames are turned in the browser alone."""
    frames, shown = frames_of(images, case)
    images.beside_stack = image_stack(images.beside_stack, frames)
    image_viewer.render_viewer(
        None, file=f"beside {case.id}", frame=shown, frames=len(frames), stack=images.beside_stack.url,
        key="second-viewer", group=GROUP, local=True,
        measures=kept_measures(frames), keep_measures=partial(keep_measures, images),
    )  # fmt: skip
    st.caption(_caption(images, case))


def _caption(images: Session, case: SessionCase) -> str:
    return beside_titles(images).get(case.id, "" if images.hides_patient else case.title)
