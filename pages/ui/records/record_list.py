"""The list of recorded cases with its filters, and its export."""

from typing import TYPE_CHECKING, get_args

import streamlit as st

from meddx.formatting import probability
from meddx.records.access import records
from meddx.records.recorded import RecordedAnswer, RecordedCase
from meddx.types import OpinionVerdict, StoredFrame
from pages.ui.common import session_audit
from pages.ui.common.download import render_download
from pages.ui.common.installed_models import installed_models
from pages.ui.common.model_choice import chosen_model
from pages.ui.common.recorded_images import open_in_diagnose

if TYPE_CHECKING:
    from meddx.records.reading import RecordFilter

_MOST_SHOWN = 100
_WIDTHS = [1.2, 1.6, 2.4, 1.6, 1.0]
_OPINIONS = {**{verdict: verdict.capitalize() for verdict in get_args(OpinionVerdict)}, "none": "No opinion"}


def render_records() -> None:
    """Draw filters, list and export. Raises Refused where the database or the audit log fails."""
    from meddx.records.reading import (  # late: takes packages that a server without records need not have
        RecordFilter,
        recorded_cases,
        recorded_count,
        recorded_models,
        recorded_readers,
    )

    kept = records()
    model, who, opinion, since, until = st.columns(5, gap="small")
    asked = RecordFilter(
        model=model.selectbox("Model", recorded_models(kept), index=None, placeholder="All", key="records model"),
        who=who.selectbox("Reader", recorded_readers(kept), index=None, placeholder="All"),
        opinion=opinion.selectbox(
            "Opinion", list(_OPINIONS), index=None, placeholder="All", format_func=lambda one: _OPINIONS[one]
        ),
        since=since.date_input("First day (UTC)", None),
        until=until.date_input("Last day (UTC)", None),
    )
    session_audit.record_once("record-read", subject="", detail=asked.words())
    count = recorded_count(kept, asked)
    if not count:
        st.write("No case is as asked for.")
        return
    number = "1 case" if count == 1 else f"{count:,} cases"
    newest = f"The {_MOST_SHOWN} newest of {number}" if count > _MOST_SHOWN else number
    st.caption(f"{newest}, those last added to first.")
    for case in list(recorded_cases(kept, asked, most=_MOST_SHOWN)):  # read before anything is drawn
        _render_row(case)
    with_names = st.checkbox("With file names, notes and cautions, which may say whose image it is")
    render_download(
        "Records (CSV)",
        "meddx-records.csv",
        "text/csv",
        lambda: _csv(asked, with_names=with_names),
        key="export records",
    )


def _csv(asked: "RecordFilter", *, with_names: bool) -> str:
    from meddx.export.records_table import recorded_cases_csv
    from meddx.records.reading import recorded_cases

    return recorded_cases_csv(recorded_cases(records(), asked), with_names=with_names)


def _render_row(case: RecordedCase) -> None:
    time, name, answers, opinions, action = st.columns(_WIDTHS, gap="small", vertical_alignment="center")
    time.text(case.last_time[:16].replace("T", " "))
    name.text(case.file_name)
    answers.text("\n".join(answer_text(one) for one in case.answers))
    opinions.text("\n".join(opinion_texts(case)) or "no opinion")
    if case.has_image:
        if action.button("Open in Diagnose", key=f"open record {case.id}"):
            _open(case)
    else:
        action.caption("Image not kept")


def answer_text(answer: RecordedAnswer) -> str:
    """Return the model and its findings with their probabilities in a line."""
    findings = [f"{one.label} {probability(one.probability)}" for one in answer.findings if one.is_finding]
    frame = f", frame {answer.frame + 1}" if answer.frame else ""
    return f"{answer.model} {answer.version}{frame}: {', '.join(findings) or 'no finding'}"


def opinion_texts(case: RecordedCase) -> list[str]:
    """Return every reader's last opinion on every label, a line each."""
    lines = []
    for answer in case.answers:
        for (label, who), given in answer.standing().items():
            rather = f", rather {given.opinion.corrected}" if given.opinion.corrected else ""
            note = ", with a note" if given.opinion.note else ""
            lines.append(f"{who or 'a reader'}: {given.opinion.verdict or 'no verdict'} on {label}{rather}{note}")
    return lines


def _open(case: RecordedCase) -> None:
    from meddx.records.reading import image_by_id

    data = image_by_id(records(), case.id)
    session_audit.actor().record("record-read", data=data, subject=f"case {case.id}", detail="image opened")
    cards = installed_models().cards
    answer = next((one for one in reversed(case.answers) if one.model in cards), None)
    frame = answer.frame if answer else 0
    model = answer.model if answer else chosen_model(cards) if cards else ""
    open_in_diagnose(case.file_name, StoredFrame(data, frame), model)
