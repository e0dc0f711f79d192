"""Films on their way into the session: where the server de-identifies, nothing else is done with them before.

The original is held in memory until the engine has answered, and by nothing but its session's list of such films.
"""

from functools import partial

from meddx.engine.contract import DeidentifiedFile
from meddx.errors import EngineUnavailable, Refused
from meddx.types import Box, Refusal
from pages.ui.common import account_engine, engine_requests
from pages.ui.common.language.language import ngettext, number
from pages.ui.common.name_on_reading import deidentifies, name_on_reading
from pages.ui.common.session import ArrivingFilm, AskedFilm, Session, SessionCase

_AHEAD = 8
"""Films of one session that wait their turn: as many as may be de-identified until the page looks again."""


def add_film(session: Session, name: str, data: bytes, *, opens: bool = False) -> SessionCase | None:
    """Add a film and return its case; None where it arrives once it is de-identified.

    opens: whether it is opened then. Whoever gets the case opens it.
    """
    if not deidentifies():
        return session.add(name, data)
    session.films.append(ArrivingFilm(name_on_reading(name), data, opens))
    return None


def collect_films(session: Session) -> bool:
    """Add the films that are de-identified, in their order, and ask for the next; return whether more are to come."""
    for film in session.films[:_AHEAD]:
        if film.pending is None:
            deidentify = partial(account_engine.own_engine().deidentify, film.data)
            film.pending = engine_requests.run_in_turn(session.films_line, deidentify)
    while session.films and (pending := session.films[0].pending) is not None and pending.done():
        film = session.films.pop(0)
        try:
            _take(session, film, pending.result())
        except Refused as refused:
            _open(session, session.refuse(film.name, Refusal(refused.rule, refused.reason)), film.opens)
        except EngineUnavailable as error:
            _open(session, session.refuse(film.name, Refusal("engine-unavailable", str(error))), film.opens)
    return bool(session.films)


def films_text(session: Session) -> str:
    """Return how many films are yet to be de-identified, for a reader; "" for none."""
    count = len(session.films)
    if not count:
        return ""
    return ngettext("De-identifying {count} image", "De-identifying {count} images", count).format(count=number(count))


def add_masked(session: Session, asked: AskedFilm, data: bytes, boxes: tuple[Box, ...]) -> None:
    """Add a film of which a reader has said what is masked."""
    _add(session, asked.case.name, data, boxes, opens=True)


def _take(session: Session, film: ArrivingFilm, made: DeidentifiedFile) -> None:
    name = film.name + made.suffix
    if made.asks:
        session.asked.append(AskedFilm(SessionCase(name, made.data), made.boxes, list(made.boxes)))
    else:
        _add(session, name, made.data, made.boxes, film.opens)


def _add(session: Session, name: str, data: bytes, boxes: tuple[Box, ...], opens: bool) -> None:
    case = session.add(name, data)
    case.masked = boxes
    _open(session, case, opens)


def _open(session: Session, case: SessionCase, opens: bool) -> None:
    if opens or session.current is None:
        session.open(case)
