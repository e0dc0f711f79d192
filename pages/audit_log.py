"""Show an administrator who did what: filter the audit log, export it, and check that nothing of it is missing."""

from collections import deque
from html import escape

import streamlit as st

from meddx.audit.entry import AUDIT_EVENTS, AuditEntry
from meddx.audit.filters import AuditFilter
from meddx.audit.log import AuditLog
from meddx.audit.record import audit_log
from meddx.audit.verification import verify
from meddx.export.audit_table import audit_csv, audit_json
from pages.ui.common import html, notices, session_audit
from pages.ui.common.download import render_download
from pages.ui.sign_in import current_account

MOST_SHOWN = 200
_COLUMNS = ["Time (UTC)", "Who", "Event", "Outcome", "Case", "Subject", "Detail", "Address"]


def page() -> None:
    """Draw the filters, the newest entries that pass them, and the exports of all that do."""
    log = audit_log()
    if log is None or not current_account.may("admin"):
        notices.render_notice("refused", "No audit log", "There is none, or it is not for this account.")
        return
    st.html(html.STYLE)
    st.html(html.page_heading("Audit log", "Who signed in, saw, predicted, exported and changed what."))
    _verification(log)
    asked = _filter(log)
    session_audit.record_once("audit-read", subject="", detail=asked.words())
    newest: deque[AuditEntry] = deque(maxlen=MOST_SHOWN)
    count = 0
    for entry in asked.of(log.entries()):
        newest.append(entry)
        count += 1
    if not newest:
        st.write("No entry is as asked for.")
        return
    shown = (
        f"The {MOST_SHOWN} newest of {count:,} entries"
        if count > MOST_SHOWN
        else "1 entry"
        if count == 1
        else f"{count:,} entries"
    )
    rows = [_row(one) for one in reversed(newest)]
    st.html(html.data_table("audit", f"{shown}, the newest first", _COLUMNS, rows, scrolls=True))
    with st.container(horizontal=True, gap="small"):
        render_download(
            "Audit log (CSV)", "meddx-audit.csv", "text/csv", lambda: audit_csv(asked.of(log.entries())),
            key="export audit csv",
        )  # fmt: skip
        render_download(
            "Audit log (JSON)", "meddx-audit.json", "application/json", lambda: audit_json(asked.of(log.entries())),
            key="export audit json",
        )  # fmt: skip


def _verification(log: AuditLog) -> None:
    if not st.button("Verify the log"):
        return
    found = verify(log)
    if found.faults:
        notices.render_notice("error", "Entries were removed or changed", " ".join(found.faults))
        return
    sentence = f"{found.last.number:,} entries, none removed or changed."
    notices.render_notice("info", "The log is whole", " ".join([sentence, *found.remarks]))


def _filter(log: AuditLog) -> AuditFilter:
    names = sorted({entry.who for entry in log.entries()} - {""})
    who, event, outcome, since, until, case = st.columns(6, gap="small")
    return AuditFilter(
        who=who.selectbox("Who", names, index=None, placeholder="All", key="audit who"),
        event=event.selectbox("Event", AUDIT_EVENTS, index=None, placeholder="All"),
        outcome=outcome.selectbox("Outcome", ("success", "refused"), index=None, placeholder="All"),
        since=since.date_input("First day (UTC)", None),
        until=until.date_input("Last day (UTC)", None),
        case=case.text_input("Case", placeholder="Beginning of its hash").strip().lower() or None,
    )


def _row(entry: AuditEntry) -> tuple[str, list[str]]:
    cells = (entry.who, entry.event, entry.outcome, entry.case[:12], entry.subject, entry.detail, entry.address)
    return entry.time[:19].replace("T", " "), [escape(cell) for cell in cells]


page()
