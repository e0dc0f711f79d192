"""The audit log's entries about what a session does."""

from dataclasses import dataclass

import streamlit as st

from meddx.accounts.accounts import Account
from meddx.audit.entry import AuditEvent, Outcome
from meddx.audit.record import record
from pages.ui.sign_in import current_account

_SEEN = "audit-seen"


@dataclass(frozen=True)
class Actor:
    """Who does something, and from which network address; may record it on any thread."""

    account: Account | None
    address: str

    def record(
        self,
        event: AuditEvent,
        outcome: Outcome = "success",
        *,
        data: bytes | None = None,
        sha256: str = "",
        subject: str = "",
        detail: str = "",
    ) -> None:
        """Append an entry, see meddx.audit.record. Raises Refused where it cannot be written."""
        who = self.account.name if self.account else ""
        record(event, outcome, who=who, address=self.address, data=data, sha256=sha256, subject=subject, detail=detail)


def actor() -> Actor:
    """Return who runs the present script."""
    return Actor(current_account.current_account(), st.context.ip_address or "")


def record_once(event: AuditEvent, *, subject: str, detail: str) -> None:
    """Append an entry unless the session has one of the same event, subject and detail."""
    seen = st.session_state.setdefault(_SEEN, set())
    if (event, subject, detail) not in seen:
        actor().record(event, subject=subject, detail=detail)
        seen.add((event, subject, detail))
