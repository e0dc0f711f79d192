"""Who has which study of the node open: known as long as a session of this server holds a film of it.

Kept in this process alone, where the sessions are: when it ends, every session does.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import ref

from pages.ui.common.session import Session, SessionCase


@dataclass(frozen=True)
class _Opened:
    study: str
    who: str
    session: "ref[Session]"
    cases: frozenset[str]

    @property
    def is_held(self) -> bool:
        """Return whether the session still has one of the films."""
        session = self.session()
        return session is not None and any(session.find(case) is not None for case in self.cases)


@dataclass(frozen=True)
class StudyReaders:
    """Who has a study open. here: this session. others: names of accounts, "" for one without."""

    here: bool = False
    others: tuple[str, ...] = ()


_lock = threading.Lock()
_opened: list[_Opened] = []


def remember(study: str, who: str, session: Session, cases: Iterable[SessionCase]) -> None:
    """Record that a session has opened a study. who: its account's name, "" where there are no accounts."""
    opened = _Opened(study, who, ref(session), frozenset(case.id for case in cases))
    with _lock:
        _opened[:] = [one for one in _opened if one.is_held and (one.study, one.session()) != (study, session)]
        _opened.append(opened)


def readers(session: Session) -> defaultdict[str, StudyReaders]:
    """Return who has which study open, by its UID, as one session sees it."""
    with _lock:
        held = [one for one in _opened if one.is_held]
    found = defaultdict[str, StudyReaders](StudyReaders)
    for one in held:
        known = found[one.study]
        if one.session() is session:
            found[one.study] = StudyReaders(True, known.others)
        else:
            found[one.study] = StudyReaders(known.here, (*known.others, one.who))
    return found
