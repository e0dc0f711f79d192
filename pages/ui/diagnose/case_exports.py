"""The section "Export" of the Diagnose page: the open case as report, picture and text, and the worklist as CSV.

Files are made in memory when their buttons are pressed.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from meddx.evaluate.estimates import Estimate
from meddx.export.case_facts import CaseFacts
from meddx.export.case_picture import case_png
from meddx.export.case_text import case_text
from meddx.export.spreadsheets import table_csv
from meddx.export.worklist_table import WorklistRow, worklist_table
from meddx.model.card import Card, Label
from meddx.types import Explanation, MapCheck, Prediction
from pages.ui.common.download import render_download
from pages.ui.common.session import Session, SessionCase, session
from pages.ui.common.session_job import forget_session_job, render_session_job
from pages.ui.diagnose.findings import opinion_panel

FILE_FACT = "File"
_CAPTION = (
    "The report is one page. Report, picture and text do not say whose image it is, unless you tick the box or write "
    "it in a note, which is exported as it stands; the CSV contains file names and notes. An export saves nothing on "
    "this server."
)


def render_case_exports(
    case: SessionCase,
    card: Card,
    answer: Prediction,
    label: Label,
    explanation: Explanation | None,
    *,
    coverage: Mapping[str, Estimate] | None,
) -> None:
    """Draw the section; nothing until the image is drawn.

    explanation: the maps on screen, None where none is shown. coverage: of the card's prediction sets (CaseFacts).
    """
    if case.drawn is None:
        return
    images = session()
    with st.container(key="case-exports").expander("Export"):
        st.caption(_CAPTION)
        identity: dict[str, str] = {}
        if st.checkbox("With file name and patient details", key=f"identity {case.id}"):
            if not _patient_read(case):
                return
            identity = {FILE_FACT: case.name, **(case.patient or {})}
        check = _check(case, card, label, explanation)
        facts = CaseFacts(
            card,
            answer,
            case.drawn[0],
            case.digest,
            label,
            explanation,
            check,
            coverage,
            opinion_panel.opinions_on(case, card),
            identity,
        )
        name = f"meddx-{case.digest[:12]}" + (f"-frame-{case.frame + 1}" if case.frames > 1 else "")
        with st.container(horizontal=True, gap="small"):
            files: tuple[tuple[str, str, str, Callable[[], str | bytes], bytes | None], ...] = (
                ("Report (PDF)", f"{name}.pdf", "application/pdf", lambda: report_pdf(facts), case.data),
                ("Picture (PNG)", f"{name}.png", "image/png", lambda: case_png(facts), case.data),
                ("Worklist (CSV)", "meddx-worklist.csv", "text/csv", lambda: worklist_csv(images, card), None),
            )
            for title, file, kind, make, data in files:
                render_download(title, file, kind, make, key=f"export {title}", data=data)
        st.code(case_text(facts), language=None, wrap_lines=True, height=220)


def report_pdf(facts: CaseFacts) -> bytes:
    """Return the report as PDF."""
    from meddx.export.case_report import case_pdf  # late: loads ReportLab

    return case_pdf(facts)


def worklist_csv(images: Session, card: Card) -> str:
    """Return the worklist's answers under one model as CSV, in the order of upload."""
    rows = []
    for case in images.cases:
        key = (card.key, case.frame)
        answer = case.unreadable or case.answers.get(key)
        opinions = opinion_panel.opinions_on(case, card)
        rows.append(WorklistRow(case.name, case.digest, case.frame, answer, case.errors.get(key, ""), opinions))
    return table_csv(worklist_table(rows, card))


def _check(case: SessionCase, card: Card, label: Label, explanation: Explanation | None) -> MapCheck | None:
    """Return the check of the map on screen, None where it has not been checked."""
    if explanation is None:
        return None
    key = (card.key, case.frame, label.name, explanation.method)
    for checks in (case.map_checks, case.quick_checks):  # the full one overrules
        status = checks.get(key)
        if status is not None and isinstance(status.result, MapCheck):
            return status.result
    return None


def _patient_read(case: SessionCase) -> bool:
    """Read the header in the engine, once; return whether that is done. Its facts go with the case, as its bytes do."""
    if case.patient is None:
        key = f"patient facts {case.id}"
        status = render_session_job(key, "patient_facts", {"data": case.data}, "Reading the header")
        if status is None:
            return False
        done = status.state == "done"
        case.patient = status.result if done else {"Patient details": f"not read. {status.message}"}
        forget_session_job(key)
    return True
