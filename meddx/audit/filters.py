"""Choose entries of the audit log: by day, account, event, outcome and case."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from meddx.audit.entry import AuditEntry, AuditEvent, Outcome


@dataclass(frozen=True)
class AuditFilter:
    """What is asked for; None for all. since, until: days in UTC, both included. case: beginning of its keyed hash."""

    since: date | None = None
    until: date | None = None
    who: str | None = None
    event: AuditEvent | None = None
    outcome: Outcome | None = None
    case: str | None = None

    def of(self, entries: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
        """Yield the entries that are asked for."""
        return filter(self._takes, entries)

    def words(self) -> str:
        """Return what is asked for, for the entry that says that the log was read."""
        said = [f"{name} {value}" for name, value in vars(self).items() if value is not None]
        return ", ".join(said) or "all entries"

    def _takes(self, entry: AuditEntry) -> bool:
        day = entry.time[:10]
        return (
            (self.since is None or day >= self.since.isoformat())
            and (self.until is None or day <= self.until.isoformat())
            and self.who in (None, entry.who)
            and self.event in (None, entry.event)
            and self.outcome in (None, entry.outcome)
            and (self.case is None or (bool(entry.case) and entry.case.startswith(self.case)))
        )
