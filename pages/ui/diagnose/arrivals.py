"""What is on its way into the session: archives that are unpacked, a study from a PACS, films to be de-identified."""

import streamlit as st

from pages.ui.common.progress_panel import ProgressState, render_progress_panel
from pages.ui.common.session import Session
from pages.ui.diagnose import archive_arrival
from pages.ui.diagnose.deidentification import film_arrival
from pages.ui.diagnose.pacs import study_arrival


def collect_arrivals(session: Session) -> bool:
    """Add what has come; return whether more is to come."""
    archives = archive_arrival.collect_archives(session)
    studies = study_arrival.collect_study(session)
    return film_arrival.collect_films(session) or studies or archives


def arrivals_text(session: Session) -> str:
    """Return how far it is, for a reader; "" where nothing is on its way."""
    ways = (archive_arrival.arrival_text, study_arrival.study_progress_text, film_arrival.films_text)
    return ", ".join(filter(None, (text(session) for text in ways)))


def render_arrivals(session: Session) -> None:
    """Draw how far it is, and for a study from a PACS a button that stops it."""
    study = session.study
    share = study.images / study.total if study is not None and study.total else None
    cancel = "stop study" if study is not None and not study.stop.is_set() else None
    if render_progress_panel(ProgressState(arrivals_text(session), share), cancel):
        study_arrival.stop_study(session)
        st.rerun()
