"""What a reader takes away: the report, the numbers, the cases. Each is made when its button is pressed."""

import json
import re
from collections.abc import Callable, Sequence

import streamlit as st

from meddx.evaluate.predictions import Predictions
from meddx.export.data_files import csv_bytes, metrics_file, parquet_bytes
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.export.evaluation_report import evaluation_report
from pages.ui.evaluate.page_state import PageState


def render_evaluation_exports(state: PageState) -> None:
    """The buttons."""
    st.subheader("Take it away", anchor=False)
    st.caption(
        "The report is one file that opens anywhere: numbers, pictures, the card, the data and a checklist of what is "
        "stated and what is not. It names only cases that could not be measured; the tables name those that were."
    )
    name = _file_name(state)
    line = st.container(horizontal=True, gap="small")
    with line:
        _button("Report (HTML)", f"{name}.html", "text/html", lambda: evaluation_report(evaluation_facts(state)))
        _button("Numbers (JSON)", f"{name}.json", "application/json", lambda: _numbers(state))
        _button("Cases (CSV)", f"{name}.csv", "text/csv", lambda: _cases(csv_bytes, state))
        _button("Cases (Parquet)", f"{name}.parquet", "application/octet-stream", lambda: _cases(parquet_bytes, state))


def _numbers(state: PageState) -> str:
    return json.dumps(metrics_file(evaluation_facts(state)), indent=2, allow_nan=False)


def _cases(make: Callable[[Predictions, Sequence[float], str], bytes], state: PageState) -> bytes:
    """The cases, with the thresholds as they stand now."""
    now = evaluation_facts(state)
    return make(now.predictions, now.assessment.thresholds, now.threshold_origin)


def _button(title: str, name: str, kind: str, make: Callable[[], str | bytes]) -> None:
    st.download_button(title, make, file_name=name, mime=kind, on_click="ignore", key=f"export {title}")


def evaluation_facts(state: PageState) -> EvaluationFacts:
    """The subject at the thresholds as they stand now, with what the reader moved said."""
    subject = state.subject
    origin = subject.threshold_origin
    if state.thresholds:
        moved = ", ".join(f"{subject.titles[label]} {value:.3f}" for label, value in state.thresholds.items())
        origin += f"; moved by the reader: {moved}"
    return EvaluationFacts(
        title=subject.title,
        cases=subject.cases,
        predictions=subject.predictions,
        assessment=state.moved(),
        titles=subject.titles,
        threshold_origin=origin,
        card=subject.card,
        chosen_on=subject.chosen_on,
        refused=subject.refused,
        description=subject.description,
    )


def _file_name(state: PageState) -> str:
    """From the title, in letters, digits and dashes that any disk takes."""
    words = re.sub(r"[^a-z0-9]+", "-", f"{state.subject.title} {state.subject.cases}".lower()).strip("-")
    return f"meddx-{words[:80]}"
