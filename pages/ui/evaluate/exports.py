"""Offer the report, the metrics and the cases for download; each file is made when its button is pressed."""

import json
import re
from collections.abc import Callable, Sequence

import streamlit as st

from meddx.evaluate.case_pseudonyms import numbered_patients
from meddx.evaluate.predictions import Predictions
from meddx.export.data_files import csv_bytes, metrics_file, parquet_bytes
from meddx.export.data_tables import evaluation_tables, metrics_table
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.export.evaluation_report import evaluation_report
from meddx.export.spreadsheets import XLSX_TYPE, table_csv, xlsx_bytes
from pages.ui.common.download.download_button import render_download
from pages.ui.common.language.language import N_, _
from pages.ui.evaluate.page_state import PageState


def render_evaluation_exports(state: PageState) -> None:
    """Draw the section "Export" with its download buttons."""
    st.header(_("Export"), anchor=False)
    st.caption(
        _(
            "The report is a single HTML file with metrics, charts, model card, data and a reporting checklist (CLAIM, "
            "STARD). The workbook holds the same numbers, and every curve, as tables. Both name skipped cases only. "
            "The case tables name every evaluated case."
        )
    )
    with_patients = _names_patients(state.subject.predictions) and st.checkbox(
        _("Case tables with the patients as the data name them"), key=f"patients {state.subject.key}"
    )
    name = _file_name(state)
    line = st.container(horizontal=True, gap="small")
    with line:
        _button(N_("Report (HTML)"), f"{name}.html", "text/html", lambda: evaluation_report(evaluation_facts(state)))
        _button(N_("Metrics (JSON)"), f"{name}.json", "application/json", lambda: _metrics_json(state))
        _button(
            N_("Tables (Excel)"),
            f"{name}.xlsx",
            XLSX_TYPE,
            lambda: xlsx_bytes(evaluation_tables(evaluation_facts(state))),
        )
        _button(N_("Metrics (CSV)"), f"{name}-metrics.csv", "text/csv", lambda: _metrics_csv(state))
        _button(N_("Cases (CSV)"), f"{name}.csv", "text/csv", lambda: case_file(csv_bytes, state, with_patients))
        _button(
            N_("Cases (Parquet)"),
            f"{name}.parquet",
            "application/octet-stream",
            lambda: case_file(parquet_bytes, state, with_patients),
        )


def _metrics_json(state: PageState) -> str:
    return json.dumps(metrics_file(evaluation_facts(state)), indent=2, allow_nan=False)


def _metrics_csv(state: PageState) -> str:
    return table_csv(metrics_table(evaluation_facts(state)))


def case_file(
    make: Callable[[Predictions, Sequence[float], str], bytes], state: PageState, with_patients: bool
) -> bytes:
    """Return the table of cases with the current thresholds; its patients have numbers alone unless asked for."""
    now = evaluation_facts(state)
    named = with_patients or not _names_patients(now.predictions)
    predictions = now.predictions if named else numbered_patients(now.predictions)
    return make(predictions, now.assessment.thresholds, now.threshold_origin)


def _names_patients(predictions: Predictions) -> bool:
    """Return whether the patients have names of their own, neither those of their cases nor numbers."""
    return predictions.groups not in (predictions.cases, numbered_patients(predictions).groups)


def _button(title: str, name: str, kind: str, make: Callable[[], str | bytes]) -> None:
    render_download(title, name, kind, make, key=f"export {title}")


def evaluation_facts(state: PageState) -> EvaluationFacts:
    """Return the evaluation at the current thresholds; `threshold_origin` names those that the reader moved."""
    subject = state.subject
    origin = subject.threshold_origin
    moved = state.moved
    if moved:
        changed = ", ".join(f"{subject.titles[label]} {state.threshold(label):.3f}" for label in moved)
        origin += f"; changed by the user: {changed}"
    return EvaluationFacts(
        title=subject.title,
        cases=subject.cases,
        predictions=subject.predictions,
        assessment=state.current_assessment(),
        titles=subject.titles,
        threshold_origin=origin,
        card=subject.card,
        chosen_on=subject.chosen_on,
        refused=subject.refused,
        description=subject.description,
        moved=moved,
        quantiles=state.quantiles,
        target_coverage=state.target_coverage,
        proportions=state.proportions,
        specificity=state.specificity,
        sensitivity=state.sensitivity,
    )


def _file_name(state: PageState) -> str:
    """Return a file name from the title, in lower-case letters, digits and dashes."""
    slug = re.sub(r"[^a-z0-9]+", "-", f"{state.subject.title} {state.subject.cases}".lower()).strip("-")
    return f"meddx-{slug[:80]}"
