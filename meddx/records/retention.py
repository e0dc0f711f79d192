"""Remove what is older than the days of retention: at the start of the server, and once an hour."""

import logging
import threading

from meddx.audit.record import record
from meddx.errors import MeddxError
from meddx.records.access import records

_log = logging.getLogger(__name__)
_HOUR = 3600.0


def purge_old(who: str = "") -> int:
    """Remove the cases that are too old, and return how many rows. who: for the audit log. Raises Refused."""
    return records().purge(lambda rows: record("record-erased", who=who, detail=f"retention: {rows}"))


def watch_retention(until: threading.Event) -> threading.Thread:
    """Purge every hour on a thread of its own until the event is set; what fails is said in the log and tried again."""
    thread = threading.Thread(target=_watch, args=(until,), name="retention", daemon=True)
    thread.start()
    return thread


def _watch(until: threading.Event) -> None:
    while not until.wait(_HOUR):
        try:
            purge_old()
        except MeddxError as error:
            _log.error("Records that are too old were not removed. %s", error)
