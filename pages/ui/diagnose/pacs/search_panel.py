"""The section "Open from PACS" of the Diagnose page: a query, the studies that fit it, and one of them opened.

What is searched and found is patient data: it lies in the session alone, never in an address or a log.
"""

import logging
from concurrent.futures import Future
from functools import partial
from html import escape

import streamlit as st

from meddx.errors import Refused, without_content
from meddx.network.pacs_access import NO_PACS_PACKAGES, packages_installed
from meddx.network.pacs_config import PacsConfig, configured_pacs
from meddx.network.pacs_studies import MOST_STUDIES, FoundStudy, StudyQuery
from meddx.types import Refusal
from pages.ui.common import notices
from pages.ui.common.account_pacs import in_background, own_pacs
from pages.ui.common.language.language import _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.common.progress_panel import ProgressState, render_progress_panel
from pages.ui.common.session import Session, StudyEnd
from pages.ui.diagnose import arrivals
from pages.ui.diagnose.pacs import study_arrival

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.4
_SEARCH, _PLACE = "pacs-search", "pacs-name"
_MODALITIES = ("CR", "DX", "MG", "CT", "MR", "US", "XA", "RF", "NM", "PT", "OT", "ES", "GM", "OP", "XC")
_LIST_PIXELS = 300


def render_pacs_panel(session: Session, *, compact: bool) -> None:
    """Draw the section, where MEDDX_PACS configures any; one sentence where they cannot be asked.

    compact: in the sidebar.
    """
    try:
        config, fault = configured_pacs(), ""
    except Refused as refused:
        config, fault = None, refused.reason
    if config is None and not fault:
        return
    with st.expander(_("Open from PACS"), key="pacs"):
        if config is None:
            notices.render_notice("error", "PACS", translated(fault))
            return
        if not packages_installed():
            st.caption(translated(NO_PACS_PACKAGES))
            return
        waits = _is_pending() or session.study is not None
        st.fragment(_panel, run_every=_POLL_SECONDS if waits else None)(session, config, compact, waits)


def _panel(session: Session, config: PacsConfig, compact: bool, waits: bool) -> None:
    """Draw the form and what it found; `waits`: whether the page was drawn while an answer was to come."""
    if waits != (_is_pending() or session.study is not None):
        st.rerun()  # begins or ends the polling
    _render_form(config, compact)
    if _is_pending():
        render_progress_panel(ProgressState(_("Searching {pacs}").format(pacs=st.session_state[_PLACE])))
        return
    if session.study is not None:
        arrivals.render_arrivals(session)
    elif session.study_end is not None:
        st.caption(study_arrival.study_end_text(session.study_end))
    _render_answer(session, config)


def _is_pending() -> bool:
    search = st.session_state.get(_SEARCH)
    return isinstance(search, Future) and not search.done()


def _render_form(config: PacsConfig, compact: bool) -> None:
    with st.form("pacs-query", border=False, enter_to_submit=True):
        names = [pacs.name for pacs in config.all]
        place = st.selectbox("PACS", names, disabled=len(names) == 1)
        cells = (
            [st.container() for _cell in range(6)] if compact else [cell for _row in range(3) for cell in st.columns(2)]
        )
        patient_id = cells[0].text_input(_("Patient ID"), autocomplete="off", max_chars=64, key="pacs patient id")
        begins = _("Last^First, or its beginning")
        name = cells[1].text_input(
            _("Patient name"), autocomplete="off", max_chars=64, placeholder=begins, key="pacs patient name"
        )
        accession = cells[2].text_input(_("Accession number"), autocomplete="off", max_chars=64, key="pacs accession")
        # Codes alone, so that a change of language leaves what is chosen and not yet asked for.
        modality = cells[3].selectbox(_("Modality"), _MODALITIES, index=None, placeholder=_("Any"), key="pacs modality")
        begin = cells[4].date_input(_("From"), value=None, format="YYYY-MM-DD", key="pacs from")
        end = cells[5].date_input(_("To"), value=None, format="YYYY-MM-DD", key="pacs to")
        if was_pressed(st.form_submit_button, _("Search"), key="search pacs", disabled=_is_pending()):
            _search(config, place, StudyQuery(patient_id, name, accession, begin, end, modality or ""))
            st.rerun()


def _search(config: PacsConfig, place: str, query: StudyQuery) -> None:
    st.session_state[_PLACE] = place
    try:
        pacs = own_pacs(config, place)
    except Refused as refused:
        st.session_state[_SEARCH] = refused_search = Future[list[FoundStudy]]()
        refused_search.set_exception(refused)
        return
    st.session_state[_SEARCH] = in_background(partial(pacs.search, query))


def _render_answer(session: Session, config: PacsConfig) -> None:
    search = st.session_state.get(_SEARCH)
    if not isinstance(search, Future):
        return
    error = search.exception()
    if error is not None:
        if not isinstance(error, Refused):
            _log.error("a search in a PACS failed: %s", without_content(error))
        reason = translated(error.reason) if isinstance(error, Refused) else _("The search failed: try again.")
        notices.render_notice("error", _("Nothing was searched"), reason)
        return
    studies: list[FoundStudy] = search.result()
    if not studies:
        st.caption(_("{pacs} holds no study that fits.").format(pacs=st.session_state[_PLACE]))
        return
    if len(studies) > MOST_STUDIES:
        st.caption(_("The first {count} studies. More fit: narrow the search.").format(count=number(MOST_STUDIES)))
    with st.container(height=_LIST_PIXELS if len(studies) > 3 else "content", border=False):
        for place, study in enumerate(studies[:MOST_STUDIES]):
            _render_study(session, config, place, study)


def _render_study(session: Session, config: PacsConfig, place: int, study: FoundStudy) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        lines = study_lines(study, place, hides_patient=session.hides_patient)
        st.html('<p class="pacs-study">' + "<br>".join(map(escape, lines)) + "</p>")
        if was_pressed(st.button, _("Open"), key=f"open study {study.uid}", disabled=session.study is not None):
            _open(session, config, study)
            st.rerun()


def study_lines(study: FoundStudy, place: int, *, hides_patient: bool) -> tuple[str, str]:
    """Return the two lines of a study: whose it is, and what it is; without names and dates where those are hidden."""
    images = ""
    if study.images is not None:
        images = ngettext("{count} image", "{count} images", study.images).format(count=number(study.images))
    what = " ".join(study.modalities)
    if hides_patient:
        return _("Study {number}").format(number=place + 1), " · ".join(filter(None, (what, images)))
    born = _("born {date}").format(date=study.birth_date) if study.birth_date else ""
    who = " · ".join(filter(None, (study.name or _("No name"), study.patient_id and f"ID {study.patient_id}", born)))
    return who, " · ".join(filter(None, (study.date, what, study.title, images)))


def _open(session: Session, config: PacsConfig, study: FoundStudy) -> None:
    try:
        pacs = own_pacs(config, st.session_state[_PLACE])
    except Refused as refused:
        session.study_end = StudyEnd(st.session_state[_PLACE], refusal=Refusal(refused.rule, refused.reason))
        return
    study_arrival.fetch_study(session, pacs, study)
