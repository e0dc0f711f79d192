"""Keep the open case in the records, where they are on: every opinion at once, a case without one by a button.

What cannot be recorded stays in the session, in its order, and goes with the next attempt.
"""

import time
from contextlib import suppress
from datetime import datetime
from html import escape

import streamlit as st

from meddx.errors import EngineUnavailable, MeddxError, Refused
from meddx.model.card import Card
from meddx.records.access import records, records_on
from meddx.records.recorded import AnswerToRecord, CaseToRecord, OpinionToRecord
from meddx.types import Prediction, ReaderOpinion
from pages.ui.common import account_engine
from pages.ui.common.session import PendingRecord, SessionCase

_WAIT_SECONDS = 5.0
"""Longest wait for the engine to read the patient's id, which was asked for when the case was opened."""
_PAUSE_SECONDS = 0.02


def render_recording(case: SessionCase, card: Card) -> None:
    """Draw when the present answer was recorded, or why it was not, or the button that does so."""
    if not records_on() or not isinstance(case.answers.get((card.key, case.frame)), Prediction):
        return
    with suppress(MeddxError):  # said when something is to be recorded
        _ask_for_patient_id(case)
    with st.container(key="recording", gap="small"):
        if case.unrecorded:
            stays = "What you entered stays in this session."
            st.html(f'<p class="not-recorded" role="status">Not recorded. {escape(case.record_fault)} {stays}</p>')
            st.button("Try again", key="record again", on_click=_send, args=(case,))
        elif (when := case.recorded.get((card.key, case.frame))) is not None:
            st.html(f'<p class="recorded" role="status">Recorded {when:%H:%M} UTC</p>')
        else:
            st.button("Record this case", key="record case", on_click=_record_case, args=(case, card))


def record_opinion(case: SessionCase, card: Card, label: str, opinion: ReaderOpinion) -> None:
    """Record an opinion with its case and findings, or keep it to be tried again. May be a widget callback."""
    if records_on():
        account = account_engine.own_engine().account
        _record(case, card, OpinionToRecord(label, opinion, account.name if account else ""))


def _record_case(case: SessionCase, card: Card) -> None:
    _record(case, card, None)


def _record(case: SessionCase, card: Card, opinion: OpinionToRecord | None) -> None:
    key = (card.key, case.frame)
    answer = case.answers.get(key)
    if not isinstance(answer, Prediction):
        return
    thresholds = {label.name: label.threshold for label in card.labels}
    case.unrecorded.append(
        PendingRecord(key, AnswerToRecord(answer, card.fingerprint, thresholds, case.frame), opinion)
    )
    _send(case)


def _send(case: SessionCase) -> None:
    """Record what is pending, the oldest first, each with its answer in one transaction."""
    case.record_fault = ""
    try:
        recorded = CaseToRecord(case.data, case.name, _patient_id(case))
        while case.unrecorded:
            pending = case.unrecorded[0]
            case.recorded[pending.key] = _write(recorded, pending)
            case.unrecorded.pop(0)
    except MeddxError as error:
        case.record_fault = str(error)


def _write(case: CaseToRecord, pending: PendingRecord) -> datetime:
    actor = account_engine.own_engine().actor
    model = f"{pending.answer.prediction.model} {pending.answer.prediction.version}"
    opinions = [pending.opinion] if pending.opinion else []

    def told(what: str) -> None:
        actor.record("record", data=case.data, subject=model, detail=what)

    try:
        return records().add(case, pending.answer, opinions, told)
    except Refused as refused:
        with suppress(Refused):  # the audit log may be what fails
            actor.record("record", "refused", data=case.data, subject=model, detail=refused.rule)
        raise


def _patient_id(case: SessionCase) -> str:
    """Return the patient's id. Raises EngineUnavailable where the engine has not read it in time, and Refused."""
    give_up = time.monotonic() + _WAIT_SECONDS
    while case.patient_id is None:
        _ask_for_patient_id(case)
        if case.patient_id is None:
            if time.monotonic() > give_up:
                raise EngineUnavailable("The analysis engine has not read the header yet; try again in a moment.")
            time.sleep(_PAUSE_SECONDS)
    return case.patient_id


def _ask_for_patient_id(case: SessionCase) -> None:
    """Ask the engine, where bytes of strangers are parsed, for the patient's id, or see whether it is read."""
    if case.patient_id is not None:
        return
    engine, key = account_engine.own_engine(), f"patient id {case.id}"
    if key not in st.session_state:
        st.session_state[key] = engine.start("patient_id", {"data": case.data})
    try:
        status = engine.job(st.session_state[key])
    except Refused:
        del st.session_state[key]  # its engine was replaced: asked anew by the next attempt
        raise
    if status.ended:
        del st.session_state[key]
        if status.state != "done":
            raise Refused("records-patient", f"The header was not read: {status.message}")
        case.patient_id = status.result
