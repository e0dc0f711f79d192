"""Show an administrator who did what: filter the audit log, export it, and check that nothing of it is missing."""

from collections import deque

import streamlit as st

from meddx.audit.entry import AUDIT_EVENTS, AuditEntry, Outcome
from meddx.audit.filters import AuditFilter
from meddx.audit.log import AuditLog
from meddx.audit.record import audit_log
from meddx.audit.verification import verify
from meddx.export.audit_table import audit_csv, audit_json
from pages.ui.common import html, notices, session_audit
from pages.ui.common.download.download_button import render_download
from pages.ui.common.filters import render_filter
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.sign_in import current_account

MOST_SHOWN = 200
_COLUMNS = (
    N_("Time (UTC)"), N_("Who"), N_("Event"), N_("Outcome"), N_("Case"), N_("Subject"), N_("Detail"), N_("Address"),
)  # fmt: skip
_OUTCOMES: dict[Outcome, str] = {"success": N_("success"), "refused": N_("refused")}


def page() -> None:
    """Draw the filters, the newest entries that pass them, and the exports of all that do."""
    log = audit_log()
    if log is None or not current_account.may("admin"):
        notices.render_notice("refused", _("No audit log"), _("There is none, or it is not for this account."))
        return
    st.html(html.STYLE)
    st.html(html.page_heading(_("Audit log"), _("Who signed in, saw, predicted, exported and changed what.")))
    _verification(log)
    asked = _filter(log)
    session_audit.record_once("audit-read", subject="", detail=asked.words())
    newest: deque[AuditEntry] = deque(maxlen=MOST_SHOWN)
    count = 0
    for entry in asked.of(log.entries()):
        newest.append(entry)
        count += 1
    if not newest:
        st.write(_("No entry is as asked for."))
        return
    if count > MOST_SHOWN:
        caption = _("The {shown} newest of {count} entries, the newest first")
    else:
        caption = ngettext("{count} entry, the newest first", "{count} entries, the newest first", count)
    rows = [_row(one) for one in reversed(newest)]
    caption = caption.format(shown=MOST_SHOWN, count=number(count))
    st.html(html.data_table("audit", caption, [_(name) for name in _COLUMNS], rows, scrolls=True))
    with st.container(horizontal=True, gap="small"):
        render_download(
            N_("Audit log (CSV)"), "meddx-audit.csv", "text/csv", lambda: audit_csv(asked.of(log.entries())),
            key="export audit csv",
        )  # fmt: skip
        render_download(
            N_("Audit log (JSON)"), "meddx-audit.json", "application/json", lambda: audit_json(asked.of(log.entries())),
            key="export audit json",
        )  # fmt: skip


def _verification(log: AuditLog) -> None:
    if not was_pressed(st.button, _("Verify the log"), key="verify log"):
        return
    found = verify(log)
    if found.faults:
        notices.render_notice("error", _("Entries were removed or changed"), paragraph(map(translated, found.faults)))
        return
    sentence = _("{count} entries, none removed or changed.").format(count=number(found.last.number))
    text = paragraph([sentence, *map(translated, found.remarks)])
    notices.render_notice("info", _("The log is whole"), text)


def _filter(log: AuditLog) -> AuditFilter:
    names = sorted({entry.who for entry in log.entries()} - {""})
    who, event, outcome, since, until, case = st.columns(6, gap="small")
    return AuditFilter(
        who=render_filter(who, _("Who"), names, "audit who"),
        event=render_filter(event, _("Event"), AUDIT_EVENTS, "audit event"),
        outcome=render_filter(outcome, _("Outcome"), list(_OUTCOMES), "audit outcome", lambda one: _(_OUTCOMES[one])),
        since=since.date_input(_("First day (UTC)"), None, key="audit since"),
        until=until.date_input(_("Last day (UTC)"), None, key="audit until"),
        case=case.text_input(_("Case"), placeholder=_("Beginning of its hash"), key="audit case").strip().lower()
        or None,
    )


def _row(entry: AuditEntry) -> tuple[str, list[str]]:
    outcome = _(_OUTCOMES.get(entry.outcome, entry.outcome))
    subject, detail = html.English(entry.subject), html.English(entry.detail)
    cells = (entry.who, entry.event, outcome, entry.case[:12], subject, detail, entry.address)
    return entry.time[:19].replace("T", " "), [html.inline(cell) for cell in cells]


page()
