"""The section "Export" of the Diagnose page: the open case as report, picture and text, and the worklist as CSV.

Files are made in memory when their buttons are pressed.
"""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import streamlit as st

from meddx.evaluate.estimates import Estimate
from meddx.export.case_facts import CaseFacts
from meddx.export.case_picture import case_png
from meddx.export.case_text import case_text
from meddx.export.dicom_results.result_files import (
    NO_PACKAGES,
    ResultFiles,
    dicom_results_available,
    result_files,
)
from meddx.export.language import ExportLanguage
from meddx.export.spreadsheets import table_csv
from meddx.export.worklist_table import WorklistRow, worklist_table
from meddx.model.card import Card, Label
from meddx.types import Explanation, MapCheck, Prediction, Refusal
from pages.ui.common.default_method import method_note
from pages.ui.common.download.download_button import render_download
from pages.ui.common.given import NOTHING
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import export_language, translated
from pages.ui.common.session import Session, SessionCase, session
from pages.ui.common.session_job import forget_session_job, render_session_job
from pages.ui.diagnose.findings import opinion_panel
from pages.ui.diagnose.missing_image import missing_image_text
from pages.ui.diagnose.pacs import send_panel

FILE_FACT = "File"
_CAPTION = N_(
    "The report is one page. No export says whose image it is, unless you tick the box or write it in a note, which is "
    "exported as it stands. An export saves nothing on this server."
)
_DICOM_CAPTION = N_(
    "Results as DICOM name the patient, since they belong to the study: Structured Report, picture, report and, where "
    "a heat map is shown, parametric map and highlighted area."
)
_DICOM_BESIDE = N_(
    "No results as DICOM: they are of answers to an image alone, and this one is with a record or a note. Leave both "
    "out for them."
)
_DICOM_ASKED = N_("Results as DICOM name the patient: tick the box above to export them.")


def render_case_exports(
    case: SessionCase,
    card: Card,
    answer: Prediction,
    label: Label,
    explanation: Explanation | None,
    *,
    coverage: Mapping[str, Estimate] | None,
) -> None:
    """Draw the section, which stays open while the reader goes from one answered image to another.

    explanation: the maps on screen, None where none is shown. coverage: of the card's prediction sets (CaseFacts).
    """
    images = session()
    with st.expander(_("Export"), key="case-exports"):
        if case.drawn is None:
            st.caption(missing_image_text(case))
            return
        st.caption(_(_CAPTION))
        identity: dict[str, str] = {}
        named = st.checkbox(_("With file name and patient details"), key=f"identity {case.id}")
        if named:
            if not (_patient_read(case) and _header_read(case)):
                return
            identity = {FILE_FACT: case.name, **(case.patient or {})}
        measured = case.measurements.get(case.frame, ())
        if measured and not st.checkbox(_("With measurements"), value=True, key=f"measured {case.id}"):
            measured = ()
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
            measured,
            "" if explanation is None else method_note(card, explanation.method, check),
        )
        spoken = export_language()  # here: a file is made when its button is pressed, outside of the page
        name = f"meddx-{case.digest[:12]}" + (f"-frame-{case.frame + 1}" if case.frames > 1 else "")
        with st.container(horizontal=True, gap="small"):
            files: tuple[tuple[str, str, str, Callable[[], str | bytes], bytes | None], ...] = (
                (N_("Report (PDF)"), f"{name}.pdf", "application/pdf", lambda: report_pdf(facts, spoken), case.data),
                (N_("Picture (PNG)"), f"{name}.png", "image/png", lambda: case_png(facts), case.data),
                (
                    N_("Worklist (CSV)"),
                    "meddx-worklist.csv",
                    "text/csv",
                    lambda: worklist_csv(images, card, named=named),
                    None,
                ),
            )
            for title, file, kind, make, data in files:
                render_download(title, file, kind, make, key=f"export {title}", data=data)
        if case.drawn[0].format == "DICOM":
            _render_dicom_results(case, facts, named, name)
        st.code(case_text(facts, spoken), language=None, wrap_lines=True, height=220)


def _render_dicom_results(case: SessionCase, facts: CaseFacts, named: bool, name: str) -> None:
    """Draw the button, or why there is none."""
    header = case.headers.get(case.frame)
    if not dicom_results_available():
        st.caption(translated(NO_PACKAGES))
    elif case.given.get(facts.card.key, NOTHING) != NOTHING:
        st.caption(_(_DICOM_BESIDE))
    elif not named or header is None:
        st.caption(_(_DICOM_ASKED))
    elif isinstance(header, Refusal):
        st.caption(_("No results as DICOM: {reason}").format(reason=translated(header.reason)))
    else:
        st.caption(_(_DICOM_CAPTION))
        title = N_("Results (DICOM, ZIP)")
        made = partial(dicom_zip, header, facts)
        render_download(title, f"{name}-dicom.zip", "application/zip", made, key=f"export {title}", data=case.data)
        results = partial(_dicom_results, header, facts)
        send_panel.render_send(case, (facts.card.key, case.frame, facts.label.name), lambda: results().files)


def dicom_zip(header: str, facts: CaseFacts) -> bytes:
    """Return the results as DICOM objects in a ZIP archive. header: in the DICOM JSON model, as the engine read it."""
    results = _dicom_results(header, facts)
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in results.files.items():
            archive.writestr(name, content)
        if results.left_out:
            archive.writestr("left-out.txt", "".join(f"{reason}\n" for reason in results.left_out))
    return file.getvalue()


def _dicom_results(header: str, facts: CaseFacts) -> ResultFiles:
    from pydicom.dataset import Dataset  # late, as highdicom is

    return result_files(Dataset.from_json(header), [facts], segmentation=True, report=True)


def report_pdf(facts: CaseFacts, language: ExportLanguage) -> bytes:
    """Return the report as PDF."""
    from meddx.export.case_report import case_pdf  # late: loads ReportLab

    return case_pdf(facts, language=language)


def worklist_csv(images: Session, card: Card, *, named: bool) -> str:
    """Return the worklist's answers under one model as CSV, in the order of upload. named: by their files' names."""
    rows = []
    for number, case in enumerate(images.cases, 1):
        name = case.name if named or case.library else f"Image {number}"
        key = case.key(card.key)
        answer = case.unreadable or case.answers.get(key)
        opinions = opinion_panel.opinions_on(case, card)
        measured = case.measurements.get(case.frame, ())
        scale = case.scales.get(case.frame)
        error = case.errors.get(key, "")
        rows.append(WorklistRow(name, case.digest, case.frame, answer, error, opinions, measured, scale))
    return table_csv(worklist_table(rows, card))


def _check(case: SessionCase, card: Card, label: Label, explanation: Explanation | None) -> MapCheck | None:
    """Return the check of the map on screen, None where it has not been checked."""
    if explanation is None:
        return None
    key = (*case.key(card.key), label.name, explanation.method)
    for checks in (case.map_checks, case.quick_checks):  # the full one overrules
        status = checks.get(key)
        if status is not None and isinstance(status.result, MapCheck):
            return status.result
    return None


def _patient_read(case: SessionCase) -> bool:
    """Read the header in the engine, once; return whether that is done. Its facts go with the case, as its bytes do."""
    if case.patient is None:
        key = f"patient facts {case.id}"
        status = render_session_job(key, "patient_facts", {"data": case.data}, _("Reading the header"))
        if status is None:
            return False
        done = status.state == "done"
        case.patient = status.result if done else {"Patient details": f"not read. {status.message}"}
        forget_session_job(key)
    return True


def _header_read(case: SessionCase) -> bool:
    """Read in the engine what results as DICOM need of a header, once for each frame; return whether that is done."""
    if case.frame in case.headers or case.drawn is None or case.drawn[0].format != "DICOM":
        return True
    if not dicom_results_available():
        return True
    key = f"source header {case.id} {case.frame}"
    arguments = {"data": case.data, "frame": case.frame}
    status = render_session_job(key, "source_header", arguments, _("Reading the header"))
    if status is None:
        return False
    read = isinstance(status.result, str)
    case.headers[case.frame] = status.result if read else Refusal("no-header", status.message)
    forget_session_job(key)
    return True
