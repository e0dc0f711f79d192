"""The node's entries of the audit log: which film was received, read, sent or given up, without patient data."""

from meddx.audit.entry import AuditEvent, Outcome
from meddx.audit.record import record
from meddx.errors import Refused


class NotRecorded(Exception):
    """An entry that cannot be written, so that nothing may be done that the log must hold; its text says why."""


def record_film(
    event: AuditEvent, outcome: Outcome = "success", *, sha256: str, subject: str, detail: str = "", address: str = ""
) -> None:
    """Append an entry, on the disk when this returns, where an audit log is written. Raises NotRecorded.

    sha256: of the film's file, hex, of which a keyed hash is kept. subject: sender, rule or peer. detail: the rule of a
    refusal, or which model.
    """
    try:
        record(event, outcome, sha256=sha256, subject=subject, detail=detail, address=address)
    except Refused as refused:
        raise NotRecorded(refused.reason) from refused
