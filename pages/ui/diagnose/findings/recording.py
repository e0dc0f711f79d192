"""Keep the open case in the records, where they are on: every opinion at once, a case without one by a button.

It is recorded on another thread, so that a database that does not answer holds no page. What cannot be recorded stays
in the session, in its order, and goes with the next attempt.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime
from functools import partial
from html import escape

import streamlit as st

from meddx.errors import MeddxError, Refused, without_content
from meddx.model.card import Card
from meddx.network.opinion_return import return_opinion
from meddx.records.access import records, records_on
from meddx.records.recorded import AnswerToRecord, CaseToRecord, OpinionToRecord
from meddx.types import Prediction, ReaderOpinion
from pages.ui.common import account_engine
from pages.ui.common.account_engine import AccountEngine
from pages.ui.common.engine_requests import run_in_background
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import LabelKey, PendingRecord, RequestKey, SessionCase
from pages.ui.common.session_audit import Actor

_SHORTLY = 1.0
"""Seconds that a page waits for what it has just sent: as a rule it is recorded then."""
_POLL_SECONDS = 0.5
_workers = ThreadPoolExecutor(4, thread_name_prefix="recording")
"""Other threads than those of the requests to the engine, which go on while the database does not answer."""
_log = logging.getLogger(__name__)


def render_recording(case: SessionCase, card: Card) -> None:
    """Draw when the present answer was recorded, or why it was not, or the button that does so."""
    if not records_on() or not isinstance(case.answers.get(case.key(card.key)), Prediction):
        return
    with st.container(key="recording", gap="small"):
        if _is_under_way(case):
            st.fragment(_poll, run_every=_POLL_SECONDS)(case)
        elif case.unrecorded:
            said = paragraph(
                [_("Not recorded."), translated(_(case.record_fault)), _("What you entered stays in this session.")]
            )
            st.html(f'<p class="not-recorded" role="status">{escape(said)}</p>')
            st.button(_("Try again"), key="record again", on_click=_send, args=(case,))
        elif (when := case.recorded.get(case.key(card.key))) is not None:
            said = _("Recorded {time} UTC").format(time=f"{when:%H:%M}")
            st.html(f'<p class="recorded" role="status">{escape(said)}</p>')
        else:
            st.button(
                _("Record this case"), key="record case", on_click=_record_case, args=(case, card, case.key(card.key))
            )


def _poll(case: SessionCase) -> None:
    if not _is_under_way(case):
        st.rerun()
    text = _("Recording")
    st.html(f'<p class="progress-panel" role="status"><i></i>{escape(text)}</p>')


def _is_under_way(case: SessionCase) -> bool:
    """Return whether something is being recorded, and send what was added while the last request ended."""
    if case.unrecorded and not case.record_fault:
        _begin(case)
    return bool(case.unrecorded) and not case.record_fault


def record_opinion(case: SessionCase, card: Card, key: LabelKey, opinion: ReaderOpinion) -> None:
    """Record an opinion with its case and findings, or keep it to be tried again. May be a widget callback.

    key: of the result that the reader saw; by now another may be on screen.
    """
    if records_on():
        account = account_engine.own_engine().account
        model, frame, given, label = key
        who = account.name if account else ""
        _record(case, card, (model, frame, given), OpinionToRecord(label, opinion, who))


def _record_case(case: SessionCase, card: Card, key: RequestKey) -> None:
    _record(case, card, key, None)


def _record(case: SessionCase, card: Card, key: RequestKey, opinion: OpinionToRecord | None) -> None:
    answer = case.answers.get(key)
    if not isinstance(answer, Prediction):
        return
    thresholds = {label.name: label.threshold for label in card.labels}
    case.unrecorded.append(PendingRecord(key, AnswerToRecord(answer, card.fingerprint, thresholds, key[1]), opinion))
    _send(case)


def _send(case: SessionCase) -> None:
    case.record_fault = ""
    wait([_begin(case)], _SHORTLY)


def _begin(case: SessionCase) -> Future[None]:
    """Record what is pending, unless that is under way, and return the request."""
    if case.recording is None or case.recording.done():
        case.recording = _workers.submit(_record_pending, case, case.data, account_engine.own_engine())
    return case.recording


def _record_pending(case: SessionCase, data: bytes, engine: AccountEngine) -> None:
    """Record what is pending, the oldest first, each with its answer in one transaction."""
    try:
        recorded = CaseToRecord(data, case.name, _patient_id(case, data, engine))
        while (pending := next(iter(case.unrecorded), None)) is not None:
            case.recorded[pending.key] = _write(recorded, pending, engine.actor)
            del case.unrecorded[:1]  # which the end of the session may have emptied
    except MeddxError as error:
        case.record_fault = str(error)
    except Exception as error:  # whatever it is, it is said, and tried again when the reader asks for that
        _log.error("a case could not be recorded: %s", without_content(error))
        case.record_fault = N_("Something unforeseen went wrong; the server's log says where.")


def _patient_id(case: SessionCase, data: bytes, engine: AccountEngine) -> str:
    """Return the patient's id, "" for a file that states none. Raises Refused and EngineUnavailable.

    Without one the header is read again: the worklist takes one that could not be read for an empty one.
    """
    known = case.header.patient_id if case.header else ""
    return known or run_in_background(partial(engine.header, data)).result().patient_id


def _write(case: CaseToRecord, pending: PendingRecord, actor: Actor) -> datetime:
    model = f"{pending.answer.prediction.model} {pending.answer.prediction.version}"
    opinions = [pending.opinion] if pending.opinion else []

    def told(what: str) -> None:
        actor.record("record", data=case.data, subject=model, detail=what)

    try:
        recorded = records().add(case, pending.answer, opinions, told)
        if pending.opinion:
            return_opinion(case.data, pending.answer, pending.opinion)
        return recorded
    except Refused as refused:
        with suppress(Refused):  # the audit log may be what fails
            actor.record("record", "refused", data=case.data, subject=model, detail=refused.rule)
        raise
